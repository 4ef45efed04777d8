/* The exception firewall: everything that the table of io/plugin.h leads to runs inside guard(), in
 * silence, and nothing else catches. */
#ifndef EF_ITK_GUARD_HXX
#define EF_ITK_GUARD_HXX

#include <exception>
#include <new>
#include <string>

#include "efface.h"

extern "C" {
#include "base/error.h"
}
#include "itk/silence.hxx"

/* What the module's own code throws: a status and the line for the user. */
class Failure : public std::exception
{
  public:
    Failure(efface_status status, std::string message) : status_(status), message_(std::move(message))
    {
    }
    const char *what() const noexcept override
    {
        return message_.c_str();
    }
    efface_status status() const noexcept
    {
        return status_;
    }

  private:
    efface_status status_;
    std::string message_;
};

/* What a library says in several lines, in one: its last line that is not empty. */
std::string last_line(const char *text);

/* Runs work(); an exception becomes a status and one line that names the subject. */
template <typename Work> efface_status guard(const char *subject, efface_error *err, Work work) noexcept
{
    try {
        const Silence silence;
        work();
        return EFFACE_PASS;
    } catch (const Failure &failure) {
        return ef_fail(err, failure.status(), "%s", failure.what());
    } catch (const std::bad_alloc &) {
        return ef_fail(err, EFFACE_INTERNAL, "out of memory for '%s'", subject);
    } catch (const std::exception &other) {
        return ef_fail(err, EFFACE_INPUT, "%.300s: '%s'", last_line(other.what()).c_str(), subject);
    } catch (...) {
        return ef_fail(err, EFFACE_INTERNAL, "a fault without a name in '%s'", subject);
    }
}

#endif
