#pragma once

/// What a tool does with the file of a store beside backups: read the open state, prove a loss,
/// rebuild the rows. Only this file and `store_backup` know which database it is.
///
/// Threads: any, one at a time. No call has a time limit.

#include "base/result.hpp"
#include "model/record.hpp"
#include "model/timeline.hpp"
#include "ports/store.hpp"
#include "runtime/rebuild.hpp"

#include <filesystem>
#include <string>

namespace botcore::apps {

/// Reads the open state of a store, whether its daemon runs or not. Changes nothing.
[[nodiscard]] ports::StoreResult<ports::OpenState> load_store(const std::filesystem::path& store);

/// Compares a store of `timeline` that ends with `head` with its mark, which holds the newest
/// durable record. Says what the mark proves to be missing; empty for nothing. An error if the mark
/// exists but cannot be read.
[[nodiscard]] base::Result<std::string, std::string> missing_by_mark(
    const std::filesystem::path& store,
    const model::TimelineIdentity& timeline,
    const model::Head& head);

/// Removes the mark of a store when an operator has accepted that records are lost.
void remove_mark(const std::filesystem::path& store);

struct RebuiltStore {
    model::Head head;
    std::filesystem::path old_file;  ///< The store as it was before.
};

/// Rebuilds the rows of a store from its journal, and puts the result in the place of the store
/// when it is verified. The caller holds the lock of the data folder. The error says what is wrong
/// and where; nothing has changed then.
[[nodiscard]] base::Result<RebuiltStore, std::string> rebuild_store(
    const std::filesystem::path& store, const runtime::RebuildProgress& progress);

}  // namespace botcore::apps
