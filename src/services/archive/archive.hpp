#pragma once

/// The archive of a store. It seals each object under its name before it puts the object into a
/// repository, and opens each object after reading it. Every error names the object.
///
/// Threads: one at a time, like the repository.

#include "ports/repository.hpp"
#include "ports/store_backup.hpp"
#include "runtime/archive/segment.hpp"
#include "services/archive/sealing.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::archive {

namespace names = runtime::archive;

/// Where each timeline of an archive begins. Numbers may have gaps: a store that was restored from
/// elsewhere keeps its timeline number when it starts an empty archive.
using Timelines = std::map<model::Timeline, names::TimelineStart>;

struct ArchiveError {
    enum class Kind : std::uint8_t {
        Unavailable,  ///< The repository cannot be reached now.
        Refused,      ///< The repository denies access.
        Full,         ///< The repository, or the local disk, has no space left.
        Taken,        ///< Another store writes this archive.
        Missing,      ///< A required object is missing.
        Damaged,      ///< An object was changed, truncated, or stored under another name.
        OtherKey,     ///< An object was sealed with another key.
        Gap,          ///< Records are missing between two objects.
        Broken,       ///< A record does not continue its predecessor.
        OutOfRange,   ///< The archive does not reach the requested point.
        Store,        ///< The local store cannot be read or written.
    };

    Kind kind = Kind::Unavailable;
    std::string object;  ///< The object concerned; empty if it concerns no single object.
    std::string text;    ///< What was expected, what was found, what to do.
};

[[nodiscard]] std::string_view to_text(ArchiveError::Kind kind);

template <class T>
using ArchiveResult = base::Result<T, ArchiveError>;
using ArchiveOutcome = base::Outcome<ArchiveError>;

/// A store in the file system, with the port that reads and writes stores of its form. The port
/// must outlive every use.
struct StorePlace {
    ports::StoreBackup& stores;
    std::filesystem::path path;
};

struct Snapshot {
    names::SnapshotName name;
    bool verified = false;
    std::uint64_t bytes = 0;  ///< The size in the repository.

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

class Archive {
public:
    /// Both arguments must outlive this object.
    Archive(ports::Repository& repository, const ArchiveKey& key)
        : repository_(repository),
          key_(key) {}

    [[nodiscard]] std::string place() const { return repository_.place(); }

    [[nodiscard]] std::string seal(std::string_view name, std::string_view plain) const {
        return key_.seal(name, plain);
    }

    /// Puts what `seal` returned for this name. Putting identical bytes again succeeds.
    [[nodiscard]] ArchiveOutcome put_sealed(std::string_view name, std::string_view sealed);
    [[nodiscard]] ArchiveOutcome put(std::string_view name, std::string_view plain);
    [[nodiscard]] ArchiveResult<std::string> get(std::string_view name);
    [[nodiscard]] ArchiveOutcome remove(std::string_view name);
    [[nodiscard]] ArchiveResult<std::vector<ports::StoredObject>> list(std::string_view prefix,
                                                                       std::string_view after);

    [[nodiscard]] ArchiveResult<Timelines> timelines();
    /// Nothing if the timeline does not exist.
    [[nodiscard]] ArchiveResult<std::optional<names::TimelineStart>> start_of(
        model::Timeline timeline);
    [[nodiscard]] ArchiveOutcome begin_timeline(model::Timeline timeline,
                                                const names::TimelineStart& start);

    /// The segments that hold records from `from` on, in ascending order.
    [[nodiscard]] ArchiveResult<std::vector<names::SegmentName>> segments(model::Timeline timeline,
                                                                          model::Sequence from);
    [[nodiscard]] ArchiveResult<names::Segment> segment(const names::SegmentName& name);

    /// Complete snapshots (those with a manifest), in ascending order.
    [[nodiscard]] ArchiveResult<std::vector<Snapshot>> snapshots(model::Timeline timeline);
    [[nodiscard]] ArchiveResult<names::Manifest> manifest(const names::SnapshotName& name);
    /// Removes the manifest first, so that an interrupted removal leaves no apparent snapshot.
    [[nodiscard]] ArchiveOutcome remove(const names::SnapshotName& name);

private:
    ports::Repository& repository_;
    const ArchiveKey& key_;
};

}  // namespace botcore::archive
