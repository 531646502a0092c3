#include "net/readable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace botcore::net {

base::Outcome<std::string> check_readable(const std::string& path) {
    const std::string expected = "expected a file that can be read at " + path + ", but ";
    // Without O_NONBLOCK, opening a pipe of that name would block the caller forever.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == ENOENT) return base::Failure{expected + "there is none"};
    if (file < 0) return base::Failure{expected + "opening it failed: " + std::strerror(errno)};
    struct stat status{};
    const bool known = ::fstat(file, &status) == 0;
    (void)::close(file);
    if (known && S_ISDIR(status.st_mode)) return base::Failure{expected + "it is a folder"};
    if (!known || !S_ISREG(status.st_mode))
        return base::Failure{expected + "it is no regular file"};
    return base::Done{};
}

}  // namespace botcore::net
