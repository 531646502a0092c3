#pragma once

/// The one place that says which form the stores of this program have.

#include "ports/store_backup.hpp"

#include <memory>

namespace botcore::apps {

/// For the store and the users of a data folder, and for copies of them.
[[nodiscard]] std::unique_ptr<ports::StoreBackup> make_store_backup();

}  // namespace botcore::apps
