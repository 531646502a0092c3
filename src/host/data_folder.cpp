#include "host/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace botcore::host {

base::Result<DataFolder, std::string> DataFolder::open(const std::filesystem::path& path) {
    std::error_code error;
    const bool made = std::filesystem::create_directories(path, error);
    if (error) {
        return base::Failure{"cannot create the data folder " + path.string() + ": " +
                             error.message()};
    }
    if (made) std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    const std::filesystem::path name = path / "lock";
    const int lock = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock < 0) {
        return base::Failure{"cannot open " + name.string() + ": " + std::strerror(errno)};
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return base::Failure{"another botcored uses the data folder " + path.string() +
                             "; stop it, or choose another folder with --data"};
    }
    return DataFolder(path, lock);
}

DataFolder::~DataFolder() {
    if (lock_ >= 0) ::close(lock_);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)) {
}

}  // namespace botcore::host
