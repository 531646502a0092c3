#pragma once

/// Decides which process writes a timeline of an archive. Each process that begins to write puts a
/// claim after all existing ones and from then on checks for newer claims. This detects a started
/// copy of the machine's disk, which archives to the same place under the same timeline.
///
/// O1  Of two processes that run at the same time, both learn of the other: the earlier one from
///     the claim of the later one, and the later one from the claim that the earlier one puts when
///     it finds out.
/// O2  A process that found another writer never writes again. After a restart it makes a new
///     claim.
///
/// Threads: one.

#include "services/archive/archive.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace botcore::archive {

/// Another process is noticed within this time, and before each segment.
inline constexpr base::Duration kConfirmEvery = base::Duration::seconds(5);

class Ownership {
public:
    /// The archive must outlive this object.
    Ownership(Archive& archive, model::Timeline timeline);

    /// Claims the timeline for this process.
    [[nodiscard]] ArchiveOutcome claim(base::Timestamp now);

    /// `Taken` if another process has claimed the timeline since.
    [[nodiscard]] ArchiveOutcome confirm(base::Timestamp now);

    /// The same, but reads the archive only if the last confirmation is older than `kConfirmEvery`.
    [[nodiscard]] ArchiveOutcome confirm_if_due(base::Timestamp now);

    [[nodiscard]] bool claimed() const { return claimed_.has_value(); }

private:
    [[nodiscard]] ArchiveOutcome put_behind(std::uint64_t number, base::Timestamp now);
    [[nodiscard]] ArchiveError lost_to(const std::string& claim);

    Archive& archive_;
    model::Timeline timeline_;
    std::uint32_t writer_ = 0;  ///< Random; identifies this process in the names of its claims.
    std::optional<std::string> claimed_;  ///< The name of the newest claim of this process.
    std::optional<base::Timestamp> confirmed_;
    std::optional<ArchiveError> lost_;
};

}  // namespace botcore::archive
