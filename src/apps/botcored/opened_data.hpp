#pragma once

/// What the daemon opens before it starts anything: the data folder, the operator's token and the
/// store.

#include "adapters/store_sqlite/measured_disk.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/result.hpp"
#include "host/config.hpp"
#include "host/data_folder.hpp"
#include "host/service.hpp"
#include "services/users/operator_token.hpp"

#include <filesystem>
#include <memory>

namespace botcore::apps {

struct OpenedStore {
    std::unique_ptr<store_sqlite::MeasuredDisk> disk;  ///< Outlives the store, which uses it.
    std::unique_ptr<store_sqlite::SqliteStore> store;
};

struct OpenedData {
    host::DataFolder folder;
    users::OperatorToken token;
    OpenedStore store;
};

[[nodiscard]] base::Result<OpenedData, host::StartFailure> open_data(
    const host::Config& config, const std::filesystem::path& data);

}  // namespace botcore::apps
