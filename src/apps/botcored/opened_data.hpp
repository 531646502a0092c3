#pragma once

/// What the daemon opens before it starts anything: the data folder, the operator's token and the
/// store.

#include "adapters/store_sqlite/measured_disk.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "base/result.hpp"
#include "host/config.hpp"
#include "host/data_folder.hpp"
#include "services/users/operator_token.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::apps {

struct OpenedData {
    host::DataFolder folder;
    users::OperatorToken token;
    std::unique_ptr<store_sqlite::MeasuredDisk> disk;
    std::unique_ptr<store_sqlite::SqliteStore> store;
};

/// Why the daemon cannot start, with the exit status of sysexits.h.
struct StartFailure {
    int code;
    std::string text;
};

[[nodiscard]] base::Result<OpenedData, StartFailure> open_data(const host::Config& config,
                                                               const std::filesystem::path& data);

}  // namespace botcore::apps
