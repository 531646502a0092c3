#include "adapters/archive_folder/folder_repository.hpp"

#include "runtime/archive/object_name.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>

namespace botcore::archive_folder {

using host::Descriptor;
using ports::RepositoryError;
using ports::RepositoryOutcome;
using ports::RepositoryResult;
using ports::StoredObject;
using Fault = RepositoryError::Kind;

namespace {

// The prefix of drafts. No object has such a name: object names have no capital letters.
constexpr std::string_view kDraft = "PUT-";
constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

Fault kind_of(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return Fault::Full;
        case EACCES:
        case EPERM:
        case EROFS:
            return Fault::Refused;
        // There is a file or a symbolic link where a folder is needed.
        case ENOTDIR:
        case ELOOP:
        case EISDIR:
            return Fault::Taken;
        case ENOENT:
            return Fault::Missing;
        default:
            return Fault::Unavailable;
    }
}

/// In seconds. A put takes much less, even on a slow disk.
constexpr std::time_t kDraftAge = 3'600;

/// The error of the last system call; reads errno.
base::Failure<RepositoryError> failure(std::string_view doing, std::string_view name) {
    const int error = errno;
    return {RepositoryError{
        kind_of(error),
        "cannot " + std::string(doing) + " " + std::string(name) + ": " + std::strerror(error)}};
}

/// The prefix of this process's drafts. It is random because a process id may equal that of a
/// crashed process: in a container it is always the same.
const std::string& own_drafts() {
    static const std::string kOwn = [] {
        std::uint64_t number = 0;
        randombytes_buf(&number, sizeof(number));
        return std::string(kDraft) + std::to_string(number) + "-";
    }();
    return kOwn;
}

/// The name of a new draft: different for each call, across all repositories of this process.
std::string next_draft() {
    static std::atomic<std::uint64_t> count = 0;
    return own_drafts() + std::to_string(++count);
}

struct Leaf {
    Descriptor folder;
    std::string name;
};

enum class Folders : std::uint8_t { Make, AsTheyAre };

/// The folder below `root` that contains `name`. The parent of each created folder is synced.
RepositoryResult<Leaf> leaf_of(int root, std::string_view name, Folders folders) {
    Descriptor folder(::openat(root, ".", kFolderFlags));
    std::string_view rest = name;
    for (std::size_t slash = rest.find('/'); folder.is_open() && slash != std::string_view::npos;
         slash = rest.find('/')) {
        const std::string part(rest.substr(0, slash));
        rest.remove_prefix(slash + 1);
        if (folders == Folders::Make) {
            const bool made = ::mkdirat(folder.number(), part.c_str(), S_IRWXU) == 0;
            if (!made && errno != EEXIST) return failure("create the folder of", name);
            // Synced even if the folder exists: its creator may have crashed before the name was
            // synced.
            if (::fsync(folder.number()) != 0) return failure("sync the folder of", name);
        }
        folder = Descriptor(::openat(folder.number(), part.c_str(), kFolderFlags));
    }
    if (!folder.is_open()) return failure("open the folder of", name);
    return Leaf{std::move(folder), std::string(rest)};
}

/// Opens the file with O_NONBLOCK: if the name is that of a pipe, the call would otherwise block
/// forever.
RepositoryResult<std::string> read_object(const Leaf& leaf, std::string_view name) {
    const Descriptor file(::openat(
        leaf.folder.number(), leaf.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open()) return failure("open", name);
    struct stat status{};
    if (::fstat(file.number(), &status) != 0) return failure("read the status of", name);
    if (!S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) > ports::Repository::kObjectBytesMax) {
        return base::Failure{
            RepositoryError{Fault::Taken, std::string(name) + " is not a file of at most 16 MiB"}};
    }
    auto bytes = host::read_whole(file.number(), static_cast<std::size_t>(status.st_size));
    if (!bytes) return failure("read", name);
    return *std::move(bytes);
}

RepositoryOutcome write_draft(int root, const std::string& draft, std::string_view bytes) {
    const Descriptor file(
        ::openat(root, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.is_open()) return failure("create", draft);
    if (!host::write_whole(file.number(), bytes)) return failure("write", draft);
    if (::fsync(file.number()) != 0) return failure("sync", draft);
    return base::Done{};
}

/// The names in the folder, without "." and ".."; nothing if the folder cannot be read.
std::optional<std::vector<std::string>> names_in(int folder) {
    const int copy = ::openat(folder, ".", kFolderFlags);
    DIR* const open = copy < 0 ? nullptr : ::fdopendir(copy);
    if (open == nullptr) {
        if (copy >= 0) (void)::close(copy);
        return std::nullopt;
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(open)) {
        const std::string_view name(entry->d_name);
        if (name != "." && name != "..") names.emplace_back(name);
    }
    const int error = errno;
    (void)::closedir(open);
    errno = error;
    if (error != 0) return std::nullopt;
    return names;
}

struct Selection {
    std::string_view prefix;
    std::string_view after;

    [[nodiscard]] bool has(std::string_view name) const {
        return name.starts_with(prefix) && (after.empty() || name > after);
    }

    /// Whether the folder `path`, which ends in '/', may contain a matching object.
    [[nodiscard]] bool may_be_in(std::string_view path) const {
        return path.starts_with(prefix.substr(0, path.size()));
    }
};

RepositoryOutcome collect(int folder,
                          const std::string& path,
                          const Selection& selection,
                          std::vector<StoredObject>& found) {
    const auto names = names_in(folder);
    if (!names) return failure("read the folder", path);
    for (const std::string& name : *names) {
        const std::string whole = path + name;
        struct stat status{};
        if (!runtime::archive::is_object_name(whole)) continue;
        if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) continue;  // Removed meanwhile.
            return failure("read the status of", whole);
        }
        if (S_ISREG(status.st_mode) && selection.has(whole)) {
            found.push_back({whole, static_cast<std::uint64_t>(status.st_size)});
        } else if (S_ISDIR(status.st_mode) && selection.may_be_in(whole + "/")) {
            const Descriptor inner(::openat(folder, name.c_str(), kFolderFlags));
            if (!inner.is_open()) return failure("open the folder", whole);
            (void)TRY(collect(inner.number(), whole + "/", selection, found));
        }
    }
    return base::Done{};
}

}  // namespace

base::Result<std::unique_ptr<FolderRepository>, std::string> FolderRepository::open(
    const std::filesystem::path& folder, IfMissing missing) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(folder, error);
    if (error)
        return base::Failure{"the repository's folder cannot be resolved: " + error.message()};
    const bool makes = missing == IfMissing::Make;
    const bool made = makes && ::mkdir(whole.c_str(), S_IRWXU) == 0;
    if (makes && !made && errno != EEXIST) return host::system_failure("create the folder", whole);
    if (made) (void)TRY(host::sync_folder(whole.parent_path()));
    const Descriptor root(::open(whole.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat status{};
    if (!root.is_open() || ::fstat(root.number(), &status) != 0) {
        return host::system_failure("open the folder", whole);
    }
    const auto names = names_in(root.number());
    if (!names) return host::system_failure("read the folder", whole);
    for (const std::string& name : *names) {
        if (!name.starts_with(kDraft) || name.starts_with(own_drafts())) continue;
        struct stat draft{};
        if (::fstatat(root.number(), name.c_str(), &draft, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (::time(nullptr) - draft.st_mtime < kDraftAge) continue;  // It may be in use.
        if (::unlinkat(root.number(), name.c_str(), 0) != 0 && errno != ENOENT) {
            return host::system_failure("remove a temporary file of an earlier run", whole / name);
        }
    }
    return std::unique_ptr<FolderRepository>(
        new FolderRepository(whole, status.st_dev, status.st_ino));
}

RepositoryResult<Descriptor> FolderRepository::root() const {
    Descriptor root(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    struct stat status{};
    const bool same = root.is_open() && ::fstat(root.number(), &status) == 0 &&
                      status.st_dev == device_ && status.st_ino == inode_;
    if (same) return root;
    return base::Failure{RepositoryError{
        Fault::Unavailable,
        "the folder " + folder_.string() +
            " is missing or was replaced by another folder; check whether its disk is mounted"}};
}

RepositoryOutcome FolderRepository::put(std::string_view name, std::string_view bytes) {
    (void)TRY(runtime::archive::check_object(name, bytes.size()));
    const Descriptor folder = TRY(root());
    const std::string draft = next_draft();
    auto outcome = write_draft(folder.number(), draft, bytes);
    if (outcome) outcome = link_as(folder.number(), draft, name, bytes);
    (void)::unlinkat(folder.number(), draft.c_str(), 0);
    return outcome;
}

RepositoryOutcome FolderRepository::link_as(int root,
                                            const std::string& draft,
                                            std::string_view name,
                                            std::string_view bytes) const {
    const Leaf leaf = TRY(leaf_of(root, name, Folders::Make));
    if (::linkat(root, draft.c_str(), leaf.folder.number(), leaf.name.c_str(), 0) != 0) {
        if (errno == ENOENT) errno = EAGAIN;  // Somebody else removed the draft.
        if (errno != EEXIST) return failure("create", name);
        const std::string there = TRY(read_object(leaf, name));
        if (there != bytes) {
            return base::Failure{RepositoryError{
                Fault::Taken,
                std::string(name) + " already exists with other content in " + place()}};
        }
    }
    if (::fsync(leaf.folder.number()) != 0) return failure("sync the folder of", name);
    return base::Done{};
}

RepositoryResult<std::string> FolderRepository::get(std::string_view name) {
    (void)TRY(runtime::archive::check_object(name, 0));
    const Descriptor folder = TRY(root());
    const Leaf leaf = TRY(leaf_of(folder.number(), name, Folders::AsTheyAre));
    return read_object(leaf, name);
}

RepositoryResult<std::vector<StoredObject>> FolderRepository::list(std::string_view prefix,
                                                                   std::string_view after) {
    const Descriptor folder = TRY(root());
    std::vector<StoredObject> found;
    (void)TRY(collect(folder.number(), "", {prefix, after}, found));
    std::ranges::sort(found, {}, &StoredObject::name);
    return found;
}

RepositoryOutcome FolderRepository::remove(std::string_view name) {
    (void)TRY(runtime::archive::check_object(name, 0));
    const Descriptor folder = TRY(root());
    const auto leaf = leaf_of(folder.number(), name, Folders::AsTheyAre);
    if (!leaf && leaf.error().kind == Fault::Missing) return base::Done{};
    if (!leaf) return base::Failure{leaf.error()};
    const int number = leaf.value().folder.number();
    if (::unlinkat(number, leaf.value().name.c_str(), 0) != 0 && errno != ENOENT) {
        return failure("remove", name);
    }
    if (::fsync(number) != 0) return failure("sync the folder of", name);
    return base::Done{};
}

}  // namespace botcore::archive_folder
