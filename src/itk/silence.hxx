/* Libraries that write to the standard streams, silenced for the thread that calls them. */
#ifndef EF_ITK_SILENCE_HXX
#define EF_ITK_SILENCE_HXX

/* While an object of this class lives, what its thread writes to std::cout and std::cerr is dropped. Other
 * threads' output passes as before. */
class Silence
{
  public:
    Silence();
    ~Silence();
    Silence(const Silence &) = delete;
    Silence &operator=(const Silence &) = delete;
};

#endif
