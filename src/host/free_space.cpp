#include "host/free_space.hpp"

#include <sys/statvfs.h>

namespace botcore::host {

std::uint64_t free_bytes_of(const std::string& path) {
    struct statvfs status{};
    if (statvfs(path.c_str(), &status) != 0) return 0;
    return static_cast<std::uint64_t>(status.f_bavail) *
           static_cast<std::uint64_t>(status.f_frsize);
}

}  // namespace botcore::host
