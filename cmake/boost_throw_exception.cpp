// The pure layers are compiled without exceptions; Boost then reports its errors to this
// handler. They use the calls that answer with an error code, so whoever arrives here made a
// mistake of ours and the process ends.

#include <boost/assert/source_location.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace boost {

[[noreturn]] void throw_exception(const std::exception& error, const source_location& place);
[[noreturn]] void throw_exception(const std::exception& error);

// Weak, so that a layer may bring its own.
[[noreturn]] __attribute__((weak)) void throw_exception(const std::exception& error,
                                                        const source_location& place) {
    std::fprintf(stderr,
                 "Boost failed without exceptions: %s at %s:%u\n",
                 error.what(),
                 place.file_name(),
                 static_cast<unsigned>(place.line()));
    std::abort();
}

[[noreturn]] __attribute__((weak)) void throw_exception(const std::exception& error) {
    throw_exception(error, source_location());
}

}  // namespace boost
