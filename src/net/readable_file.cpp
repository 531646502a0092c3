#include "net/readable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace botcore::net {

namespace {

/// The error to return when `open` has failed with `error`.
base::Failure<std::string> cannot_open(const std::filesystem::path& path, int error) {
    std::error_code ignored;
    if (error == ENOENT &&
        std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored))) {
        return not_readable(path,
                            "it is a link to " +
                                std::filesystem::read_symlink(path, ignored).string() +
                                ", which does not exist");
    }
    if (error == ENOENT) return not_readable(path, "no file exists there");
    return not_readable(path, std::string("the error is: ") + std::strerror(error));
}

std::string_view kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "it is a folder";
    if (S_ISFIFO(mode)) return "it is a pipe";
    if (S_ISSOCK(mode)) return "it is a socket";
    return "it is a device";
}

}  // namespace

base::Failure<std::string> not_readable(const std::filesystem::path& path,
                                        const std::string& found) {
    return {"expected a file that can be read at " + path.string() + ", but " + found};
}

base::Result<int, std::string> open_readable(const std::filesystem::path& path) {
    // Without O_NONBLOCK, opening a pipe of that name would block the caller forever.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return cannot_open(path, errno);
    struct stat status{};
    const int error = ::fstat(file, &status) == 0 ? 0 : errno;
    if (error == 0 && S_ISREG(status.st_mode)) return file;
    (void)::close(file);
    if (error != 0) return cannot_open(path, error);
    return not_readable(path, std::string(kind_of(status.st_mode)));
}

base::Outcome<std::string> check_readable(const std::filesystem::path& path,
                                          std::size_t bytes_max) {
    const int file = TRY(open_readable(path));
    struct stat status{};
    const bool known = ::fstat(file, &status) == 0;
    (void)::close(file);
    if (known && static_cast<std::size_t>(status.st_size) <= bytes_max) return base::Done{};
    return not_readable(path, "it has more than " + std::to_string(bytes_max) + " bytes");
}

}  // namespace botcore::net
