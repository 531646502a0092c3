#pragma once

/// A repository in a folder: another disk, a mounted share.
///
///   put: `PUT-...` in the folder ──write, sync──> link to the name ──sync of the name's folder──>
///   there
///
/// F1  Links to the name never replace one that is there, so A1 and A2 hold whoever else writes.
/// F2  Below the folder no symbolic link is followed. Folders have mode 0700, objects 0600.
/// F3  It stays the folder that was opened: where another one has come to stand in its place (a
/// disk
///     that was unmounted), every call is Unavailable.
/// F4  What a crash left behind is removed by the next `open`. A put of another process that is
///     under way just then is Unavailable and may be repeated; one of this process is not touched.
///
/// A name cannot be an object and the folder of another one; such a put is Taken. A3 holds as far
/// as the file system answers: no call of the system can be given up.

#include "ports/repository.hpp"
#include "shell/files/durable_file.hpp"

#include <sys/types.h>

#include <filesystem>
#include <memory>

namespace botcore::shell::archive {

/// What `open` does where the folder is missing.
enum class IfMissing : std::uint8_t {
    Make,  ///< Its parent must be there.
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

    [[nodiscard]] ports::RepositoryResult<files::Descriptor> root() const;
    [[nodiscard]] ports::RepositoryOutcome link_as(int root,
                                                   const std::string& draft,
                                                   std::string_view name,
                                                   std::string_view bytes) const;

    std::filesystem::path folder_;
    dev_t device_;
    ino_t inode_;
};

}  // namespace botcore::shell::archive
