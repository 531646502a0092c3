#pragma once

/// The copy of a store that an upgrade keeps (`kOlderCopy`), which goes once a backup of the
/// upgraded store has been restored and found whole.
///
/// Threads: the archive's.

#include "base/time.hpp"

#include <filesystem>

namespace botcore::shell::archive {

/// `created`: when the verified backup was taken. True where there was a copy that is older than it
/// and is removed now.
[[nodiscard]] bool remove_older_copy(const std::filesystem::path& store, base::Timestamp created);

}  // namespace botcore::shell::archive
