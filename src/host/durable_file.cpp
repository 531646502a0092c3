#include "host/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace botcore::host {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr mode_t kEveryoneReads = kOwnerOnly | S_IRGRP | S_IROTH;

/// Writes `bytes` into the open file.
FileOutcome fill(const Descriptor& file,
                 const fs::path& path,
                 std::string_view bytes,
                 Durability durability) {
    if (!write_whole(file.number(), bytes)) return system_failure("write", path);
    if (durability == Durability::Synced && ::fsync(file.number()) != 0) {
        return system_failure("sync", path);
    }
    return base::Done{};
}

}  // namespace

Descriptor::~Descriptor() {
    if (is_open()) (void)::close(number_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

base::Failure<std::string> system_failure(std::string_view doing, const fs::path& path) {
    const int error = errno;
    return {"cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(error)};
}

FileOutcome sync_folder(const fs::path& folder) {
    const fs::path place = folder.empty() ? fs::path(".") : folder;
    const Descriptor file(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.is_open()) return system_failure("open the folder", place);
    if (::fsync(file.number()) != 0) return system_failure("sync the folder", place);
    return base::Done{};
}

bool write_whole(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<std::string> read_whole(int descriptor, std::size_t bytes_max) {
    std::string text(bytes_max, '\0');
    std::size_t size = 0;
    while (size < bytes_max) {
        const ssize_t got = ::read(descriptor, text.data() + size, bytes_max - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

FileOutcome replace_file(const fs::path& path,
                         std::string_view bytes,
                         Durability durability,
                         Readers readers) {
    const fs::path part = path.string() + ".part";
    const Descriptor file(
        ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (!file.is_open()) return system_failure("create", part);
    // After a crash the file may exist with another mode.
    const mode_t mode = readers == Readers::Everyone ? kEveryoneReads : kOwnerOnly;
    if (::fchmod(file.number(), mode) != 0) return system_failure("set the mode of", part);
    (void)TRY(fill(file, part, bytes, durability));
    if (std::rename(part.c_str(), path.c_str()) != 0) return system_failure("replace", path);
    if (durability == Durability::Unsynced) return base::Done{};
    return sync_folder(path.parent_path());
}

FileOutcome create_file(const fs::path& path, std::string_view bytes) {
    // The file is written under another name and then linked, so that a crash leaves no partial
    // file (D1) and an existing file is never changed.
    const fs::path part = path.string() + ".part";
    if (::unlink(part.c_str()) != 0 && errno != ENOENT) return system_failure("remove", part);
    {
        const Descriptor file(
            ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
        if (!file.is_open()) return system_failure("create", part);
        auto filled = fill(file, part, bytes, Durability::Synced);
        if (!filled) {
            (void)::unlink(part.c_str());
            return filled;
        }
    }
    const bool linked = ::link(part.c_str(), path.c_str()) == 0;
    const int error = errno;
    (void)::unlink(part.c_str());
    errno = error;
    if (!linked) return system_failure("create", path);
    return sync_folder(path.parent_path());
}

base::Result<std::string, std::string> read_private_file(const fs::path& path,
                                                         std::size_t bytes_max) {
    // Without O_NONBLOCK, opening a pipe of that name would block the caller forever.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) return system_failure("read", path);
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return system_failure("look at", path);
    if (!S_ISREG(status.st_mode)) return base::Failure{path.string() + " is not a file"};
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return base::Failure{"other users may access " + path.string() +
                             "; expected mode 0600: run chmod 600 on it"};
    }
    auto text = read_whole(file.number(), bytes_max);
    if (!text) return system_failure("read", path);
    return *std::move(text);
}

}  // namespace botcore::host
