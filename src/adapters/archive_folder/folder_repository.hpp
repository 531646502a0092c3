#pragma once

/// A repository in a folder, on another disk or a mounted share.
///
///   put: `PUT-...` in the folder ──write, sync──> link to the name ──sync of the name's folder──>
///   the object exists
///
/// F1  A link never replaces an existing name, so A1 and A2 hold whatever other processes write.
/// F2  Below the folder no symbolic link is followed. Folders have mode 0700, objects 0600.
/// F3  Only the folder that was opened is used: if the path leads to another folder later (a disk
///     was unmounted), every call is Unavailable.
/// F4  `open` removes drafts that a crash left behind once they are an hour old, so that it never
///     removes the draft of a put of another process that is in progress.
///
/// A name cannot be both an object and the folder of another object; such a put is Taken. A3 holds
/// only while the file system responds: a system call cannot be abandoned.

#include "host/durable_file.hpp"
#include "ports/repository.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>

namespace botcore::archive_folder {

/// What `open` does if the folder is missing.
enum class IfMissing : std::uint8_t {
    Make,  ///< Creates the folder; its parent must exist.
    Refuse,
};

class FolderRepository final : public ports::Repository {
public:
    [[nodiscard]] static base::Result<std::unique_ptr<FolderRepository>, std::string> open(
        const std::filesystem::path& folder, IfMissing missing = IfMissing::Make);

    [[nodiscard]] ports::RepositoryOutcome put(std::string_view name,
                                               std::string_view bytes) override;
    [[nodiscard]] ports::RepositoryResult<std::string> get(std::string_view name) override;
    [[nodiscard]] ports::RepositoryResult<std::vector<ports::StoredObject>> list(
        std::string_view prefix, std::string_view after) override;
    [[nodiscard]] ports::RepositoryOutcome remove(std::string_view name) override;

    [[nodiscard]] std::string place() const override { return folder_.string(); }

private:
    FolderRepository(std::filesystem::path folder, dev_t device, ino_t inode)
        : folder_(std::move(folder)),
          device_(device),
          inode_(inode) {}

    [[nodiscard]] ports::RepositoryResult<host::Descriptor> root() const;
    [[nodiscard]] ports::RepositoryOutcome link_as(int root,
                                                   const std::string& draft,
                                                   std::string_view name,
                                                   std::string_view bytes) const;

    std::filesystem::path folder_;
    dev_t device_;
    ino_t inode_;
};

}  // namespace botcore::archive_folder
