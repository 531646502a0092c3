#pragma once

/// The copy of a store that an upgrade keeps (`kOlderCopy`). It is removed once a backup of the
/// upgraded store has been restored and verified.
///
/// Threads: the archive's.

#include "base/time.hpp"

#include <filesystem>

namespace botcore::archive {

/// `created` is when the verified backup was taken. True if an older copy existed and was removed.
[[nodiscard]] bool remove_older_copy(const std::filesystem::path& store, base::Timestamp created);

}  // namespace botcore::archive
