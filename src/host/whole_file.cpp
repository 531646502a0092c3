#include "host/whole_file.hpp"

#include "host/durable_file.hpp"
#include "net/readable_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace botcore::host {

namespace fs = std::filesystem;

base::Result<bool, std::string> is_there(const fs::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT) return false;
    return system_failure("look for", path);
}

base::Result<std::string, std::string> read_file(const fs::path& path, std::size_t bytes_max) {
    const Descriptor file(TRY(net::open_readable(path)));
    std::string text;
    constexpr std::size_t kPart = 65'536;
    while (text.size() <= bytes_max) {
        const auto part = read_whole(file.number(), kPart);
        if (!part) return system_failure("read", path);
        if (part->empty()) return text;
        text += *part;
    }
    return net::not_readable(path, "it has more than " + std::to_string(bytes_max) + " bytes");
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
                             " is not a folder"};
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return system_failure("create", path);
    return base::Done{};
}

}  // namespace botcore::host
