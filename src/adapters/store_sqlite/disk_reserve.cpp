#include "adapters/store_sqlite/disk_reserve.hpp"

#include "host/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace botcore::store_sqlite {

namespace {

constexpr std::uint64_t kSteps = 4;

std::uint64_t size_of(const std::string& path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

DiskReserve::DiskReserve(std::string path, std::uint64_t bytes)
    : path_(std::move(path)),
      bytes_(bytes),
      size_(size_of(path_)) {
}

bool DiskReserve::release_step() {
    if (size_ == 0) return false;
    const std::uint64_t step = std::max<std::uint64_t>(bytes_ / kSteps, 1);
    const std::uint64_t rest = size_ > step ? size_ - step : 0;
    const host::Descriptor file(open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) return false;
    if (ftruncate(file.number(), static_cast<off_t>(rest)) != 0) return false;
    size_ = rest;
    // Some file systems release freed blocks only after their own journal has committed.
    fsync(file.number());
    return true;
}

bool DiskReserve::refill() {
    if (full()) return true;
    const host::Descriptor file(open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!file.is_open()) return false;
    const auto start = static_cast<off_t>(size_);
    if (posix_fallocate(file.number(), start, static_cast<off_t>(missing())) != 0) {
        // A partial allocation would use up the little space that is left. The next attempt starts
        // over.
        const bool shrunk = ftruncate(file.number(), start) == 0;
        if (!shrunk) size_ = size_of(path_);
        return false;
    }
    size_ = bytes_;
    return true;
}

}  // namespace botcore::store_sqlite
