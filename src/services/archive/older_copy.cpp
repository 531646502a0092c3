#include "services/archive/older_copy.hpp"

#include <sys/stat.h>

#include <string>
#include <system_error>

namespace botcore::archive {

bool remove_older_copy(const StorePlace& store, base::Timestamp created) {
    const std::string copy = store.stores.older_copy_of(store.path);
    struct stat status{};
    if (::lstat(copy.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const auto written = base::Timestamp::from_milliseconds(
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000 +
        status.st_mtim.tv_nsec / 1'000'000);
    if (created <= written) return false;
    std::error_code error;
    return std::filesystem::remove(copy, error);
}

}  // namespace botcore::archive
