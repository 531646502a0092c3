#pragma once

/// Which process writes a timeline of an archive. Each process that begins to write puts a claim
/// behind all that are there, and looks from then on whether a newer one has come: a copy of the
/// machine's disk that was started archives to the same place under the same timeline.
///
/// O1  Of two processes that run at the same time, both learn of the other: the earlier one by the
///     claim of the later one, the later one by the claim that the earlier one puts when it learns.
/// O2  Who has learned of another one never writes again. After a restart it claims anew.
///
/// Threads: one.

#include "shell/archive/archive.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace botcore::shell::archive {

/// Another process is noticed after this long, and before each segment.
inline constexpr base::Duration kConfirmEvery = base::Duration::seconds(5);

class Ownership {
public:
    /// The archive outlives this.
    Ownership(Archive& archive, Timeline timeline);

    /// Claims the timeline for this process.
    [[nodiscard]] ArchiveOutcome claim(base::Timestamp now);

    /// `Taken` once another process has claimed it.
    [[nodiscard]] ArchiveOutcome confirm(base::Timestamp now);

    /// The same, but asks the archive only when the last answer is old.
    [[nodiscard]] ArchiveOutcome confirm_if_due(base::Timestamp now);

    [[nodiscard]] bool claimed() const { return claimed_.has_value(); }

private:
    [[nodiscard]] ArchiveOutcome put_behind(std::uint64_t number, base::Timestamp now);
    [[nodiscard]] ArchiveError lost_to(const std::string& claim);

    Archive& archive_;
    Timeline timeline_;
    std::uint32_t writer_ = 0;            ///< Random: this process, in the names of its claims.
    std::optional<std::string> claimed_;  ///< The name of the newest claim of this process.
    std::optional<base::Timestamp> confirmed_;
    std::optional<ArchiveError> lost_;
};

}  // namespace botcore::shell::archive
