#pragma once

/// The copy of a store that an upgrade keeps (`StoreBackup::older_copy_of`). It is removed once a
/// backup of the upgraded store has been restored and verified.
///
/// Threads: the archive's.

#include "services/archive/archive.hpp"

namespace botcore::archive {

/// `created` is when the verified backup was taken. True if an older copy existed and was removed.
[[nodiscard]] bool remove_older_copy(const StorePlace& store, base::Timestamp created);

}  // namespace botcore::archive
