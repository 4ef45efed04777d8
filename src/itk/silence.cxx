/* Silence for one thread. GDCM's and ITK's own messages have switches, which are turned off here. MetaIO,
 * which ITK reads MetaImage files with, has none and writes straight to std::cout and std::cerr. So both
 * streams get a buffer that drops what a silenced thread writes and passes everything else on. */
#include "itk/silence.hxx"

#include <iostream>

#include <gdcmTrace.h>
#include <itkObject.h>

namespace
{

thread_local int silences = 0; /* of this thread, one within another */

/* Stands before a stream's own buffer. */
class Filter : public std::streambuf
{
  public:
    explicit Filter(std::streambuf *behind) : behind_(behind)
    {
    }

  protected:
    int_type overflow(int_type c) override
    {
        if (silences > 0 || traits_type::eq_int_type(c, traits_type::eof()))
            return traits_type::not_eof(c);
        return behind_->sputc(traits_type::to_char_type(c));
    }
    std::streamsize xsputn(const char *text, std::streamsize n) override
    {
        return silences > 0 ? n : behind_->sputn(text, n);
    }
    int sync() override
    {
        return silences > 0 ? 0 : behind_->pubsync();
    }
    void imbue(const std::locale &locale) override
    {
        behind_->pubimbue(locale);
    }

  private:
    std::streambuf *behind_;
};

/* Once in a process. The buffers stay for its whole life: another thread may be writing at any time, and
 * the module is never unloaded. */
bool install()
{
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    itk::Object::SetGlobalWarningDisplay(false);
    for (std::ostream *stream : {&std::cout, &std::cerr})
        stream->rdbuf(new Filter(stream->rdbuf()));
    return true;
}

} // namespace

Silence::Silence()
{
    static const bool installed = install();
    (void)installed;
    silences++;
}

Silence::~Silence()
{
    silences--;
}
