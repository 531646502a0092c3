#pragma once

/// Copies the users file into an archive. The journal does not contain the users, so a complete
/// copy of the file, which is small, is put into the archive after each change.
///
/// Threads: the archive's.

#include "services/archive/archive.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace botcore::archive {

class UsersCopy {
public:
    /// The archive and the port must outlive this object. `folder` is for a scratch file.
    UsersCopy(StorePlace users,
              std::filesystem::path folder,
              Archive& archive,
              model::Timeline timeline)
        : users_(std::move(users)),
          folder_(std::move(folder)),
          archive_(archive),
          timeline_(timeline) {}

    /// Puts a copy of the users file into the archive if the file has changed since the last copy.
    [[nodiscard]] ArchiveOutcome step(base::Timestamp now);

private:
    [[nodiscard]] ArchiveResult<std::int64_t> version();
    [[nodiscard]] ArchiveOutcome put(base::Timestamp now);

    StorePlace users_;
    std::filesystem::path folder_;
    Archive& archive_;
    model::Timeline timeline_;
    std::unique_ptr<ports::ChangeCounter> changes_;
    std::optional<std::int64_t> copied_;  ///< The number of `changes_` at the last copy.
};

/// Writes the newest copy of the users file in all timelines up to `timeline` to the new file `to`.
/// False if the archive has no copy.
[[nodiscard]] ArchiveResult<bool> fetch_users(Archive& archive,
                                              model::Timeline timeline,
                                              const std::filesystem::path& to);

/// Removes all copies of the users file in the timeline except the newest `kept`.
[[nodiscard]] ArchiveOutcome prune_users(Archive& archive,
                                         model::Timeline timeline,
                                         std::size_t kept);

}  // namespace botcore::archive
