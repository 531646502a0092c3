#include "shell/daemon/logged_store.hpp"

#include <cstdint>

namespace botcore::shell {

ports::CommitResult LoggedStore::commit(const ports::Batch& batch) {
    const ports::CommitResult result = store_.commit(batch);
    const auto first = static_cast<std::int64_t>(batch.expected.sequence + 1);
    const auto count = static_cast<std::int64_t>(batch.entries.size());
    switch (result) {
        case ports::CommitResult::Committed:
            break;
        case ports::CommitResult::Conflict:
            log_.failure(log::Happening::TransactionFailed,
                         "another writer extended the journal; nothing of this batch was written",
                         {{"operation", "commit"}, {"first", first}, {"records", count}});
            break;
        case ports::CommitResult::Unavailable:
            log_.failure(log::Happening::TransactionRolledBack,
                         "the store did not take the batch; memory is discarded and loaded again",
                         {{"operation", "commit"}, {"first", first}, {"records", count}});
            break;
    }
    return result;
}

}  // namespace botcore::shell
