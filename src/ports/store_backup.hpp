#pragma once

/// Whole stores as seen by backup, restore, drill and verification: read, copy, replace, remove,
/// and the timeline of each. The form of a store is the implementation's knowledge alone.
///
/// C1  A copy is the store as it was at one moment, whatever a writer does meanwhile.
/// C2  `replace` is one step: after a crash either the old or the new store is complete in the
///     place.
/// C3  Reading, copying and watching do not block the writer of the store.
///
/// A store is named by its location: for a store in a file, the path of the file. Every error text
/// names the location and says what was expected and what was found. No call has a time limit: the
/// work depends on the size of the store. A call that failed may be
/// repeated.
///
/// Threads: any; the object has no state of its own. What it returns belongs to one thread, except
/// a reader, which keeps the rules of `StoreReader`.
/// @spec:NFR-RELIABILITY-003

#include "model/timeline.hpp"
#include "ports/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace botcore::ports {

enum class CopyPace : std::uint8_t {
    Gentle,  ///< Pauses twice as long as it works, so that orders proceed meanwhile.
    Full,
};

/// Called with how much is copied and the total, in units of the implementation.
using CopyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Tells whether others have written to a database since it was last asked. Used by one thread.
class ChangeCounter {
public:
    virtual ~ChangeCounter() = default;

    /// A number that differs from the last one if another connection committed in between. Numbers
    /// of two counters cannot be compared. After an error the counter is of no more use: open
    /// another one.
    [[nodiscard]] virtual base::Result<std::int64_t, std::string> read() = 0;
};

class StoreBackup {
public:
    virtual ~StoreBackup() = default;

    /// Opens a store for reading, whether its daemon runs or not; changes nothing. An error if
    /// there is no store, if it is damaged, and if another version of this program wrote it; the
    /// text says what to do. The caller owns the reader, which must end before the store is
    /// replaced or removed.
    [[nodiscard]] virtual base::Result<std::unique_ptr<StoreReader>, std::string> open_reader(
        const std::string& store) = 0;

    /// Opens a store to rebuild into it, or creates an empty one if there is none. A store of an
    /// earlier version is brought up to date. The caller owns the result and is its only writer;
    /// when it is destroyed, everything is in the store.
    [[nodiscard]] virtual base::Result<std::unique_ptr<Store>, std::string> open_store(
        const std::string& store) = 0;

    /// The timeline of the store; the first timeline if the store names none. An error if the store
    /// is missing or cannot be read.
    [[nodiscard]] virtual base::Result<model::TimelineIdentity, std::string> timeline_of(
        const std::string& store) = 0;

    /// Sets the timeline of an existing store that is not open. On stable storage when it returns
    /// Done; on an error the store keeps its old timeline.
    [[nodiscard]] virtual base::Outcome<std::string> set_timeline(
        const std::string& store, const model::TimelineIdentity& identity) = 0;

    /// Copies the store `from` (or another database of the same kind, such as the users) to `to`.
    /// What was at `to` is removed first; `from` may be in use. The copy is synced when the call
    /// returns Done, and does not exist after an error. An empty `progress` is allowed.
    [[nodiscard]] virtual base::Outcome<std::string> copy(const std::string& from,
                                                          const std::string& to,
                                                          CopyPace pace,
                                                          const CopyProgress& progress) = 0;

    /// Puts the store `made` in the place of `store` in one step; neither may be open. The old
    /// store, if there is one, stays under the name that is returned, which contains `time`;
    /// otherwise the name is empty. After an error either the old or the new store is complete in
    /// the place.
    [[nodiscard]] virtual base::Result<std::string, std::string> replace(
        const std::string& made, const std::string& store, const std::string& time) = 0;

    /// Removes a store that is not open, with its logs and reserved space. A store that does not
    /// exist, and one that cannot be removed, is not an error.
    virtual void remove(const std::string& store) = 0;

    /// Where the copy lies that an upgrade of the store keeps; there may be none.
    [[nodiscard]] virtual std::string older_copy_of(const std::string& store) const = 0;

    /// Begins to watch a store, or another database of the same kind, for changes. An error if it
    /// cannot be opened. The caller owns the counter.
    [[nodiscard]] virtual base::Result<std::unique_ptr<ChangeCounter>, std::string> watch(
        const std::string& database) = 0;
};

}  // namespace botcore::ports
