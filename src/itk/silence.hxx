/* Libraries that write what they think to the standard streams, silenced while an object of this class
 * lives. */
#ifndef EF_ITK_SILENCE_HXX
#define EF_ITK_SILENCE_HXX

#include <iostream>
#include <sstream>

class Silence
{
  public:
    Silence() : out_(std::cout.rdbuf(sink_.rdbuf())), error_(std::cerr.rdbuf(sink_.rdbuf()))
    {
    }
    ~Silence()
    {
        std::cout.rdbuf(out_);
        std::cerr.rdbuf(error_);
    }
    Silence(const Silence &) = delete;
    Silence &operator=(const Silence &) = delete;

  private:
    std::ostringstream sink_;
    std::streambuf *out_, *error_;
};

#endif
