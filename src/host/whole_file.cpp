#include "host/whole_file.hpp"

#include "host/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace botcore::host {

namespace fs = std::filesystem;

namespace {

base::Failure<std::string> instead(const fs::path& path, std::string_view received) {
    return {"expected a file that can be read at " + path.string() + ", but " +
            std::string(received)};
}

/// The error to return when `open` has failed with `error`.
base::Failure<std::string> cannot_open(const fs::path& path, int error) {
    std::error_code ignored;
    if (error == ENOENT && fs::is_symlink(fs::symlink_status(path, ignored))) {
        return instead(
            path,
            "it is a link to " + fs::read_symlink(path, ignored).string() + ", which is not there");
    }
    if (error == ENOENT) return instead(path, "there is none");
    return instead(path, std::string("the answer is: ") + std::strerror(error));
}

std::string_view kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "it is a folder";
    if (S_ISFIFO(mode)) return "it is a pipe";
    if (S_ISSOCK(mode)) return "it is a socket";
    return "it is a device";
}

}  // namespace

base::Result<bool, std::string> is_there(const fs::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT) return false;
    return system_failure("look for", path);
}

base::Result<std::string, std::string> read_file(const fs::path& path, std::size_t bytes_max) {
    // Without O_NONBLOCK, opening a pipe of that name would block the caller forever.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return cannot_open(path, errno);
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return system_failure("look at", path);
    if (!S_ISREG(status.st_mode)) return instead(path, kind_of(status.st_mode));
    std::string text;
    constexpr std::size_t kPart = 65'536;
    while (text.size() <= bytes_max) {
        const auto part = read_whole(file.number(), kPart);
        if (!part) return system_failure("read", path);
        if (part->empty()) return text;
        text += *part;
    }
    return instead(path, "it has more than " + std::to_string(bytes_max) + " bytes");
}

base::Result<std::optional<std::string>, std::string> read_file_if_there(const fs::path& path,
                                                                         std::size_t bytes_max) {
    if (!TRY(is_there(path))) return std::optional<std::string>();
    return std::optional(TRY(read_file(path, bytes_max)));
}

base::Outcome<std::string> check_can_create(const fs::path& path) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return base::Failure{"cannot create " + path.string() + ": " + folder.string() +
                             " is no folder"};
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return system_failure("create", path);
    return base::Done{};
}

}  // namespace botcore::host
