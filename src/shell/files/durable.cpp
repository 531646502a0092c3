#include "shell/files/durable.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace botcore::shell::files {

base::Outcome<std::string> sync_folder(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder.empty() ? "." : folder;
    const int file = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int error = errno;
    if (file >= 0) ::close(file);
    if (synced) return base::Done{};
    return base::Failure{"cannot sync the folder " + path.string() + ": " + std::strerror(error)};
}

}  // namespace botcore::shell::files
