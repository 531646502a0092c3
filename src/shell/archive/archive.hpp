#pragma once

/// A repository as an archive: what is put is sealed under its name, what is got is opened, and
/// every failure names the object.
///
/// Threads: one at a time, as the repository.

#include "ports/repository.hpp"
#include "runtime/archive/segment.hpp"
#include "shell/archive/sealing.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::archive {

namespace names = runtime::archive;
using runtime::archive::Timeline;

/// Where each timeline of an archive begins. Numbers may have gaps: a store that was restored
/// elsewhere begins in an empty archive with the number that it has.
using Timelines = std::map<Timeline, names::TimelineStart>;

struct ArchiveError {
    enum class Kind : std::uint8_t {
        Unavailable,   ///< The repository cannot be reached now.
        Refused,       ///< The repository does not let us.
        Full,          ///< The repository, or the disk here, has no space left.
        Taken,         ///< Another store writes this archive.
        Missing,       ///< An object that must be there is not.
        Damaged,       ///< An object was changed, cut, or put under another name.
        OtherKey,      ///< Sealed with another key.
        Gap,           ///< Records are missing between two objects.
        Broken,        ///< Records do not continue each other.
        NoSuchMoment,  ///< The archive does not reach that moment.
        Store,         ///< The store here cannot be read or written.
    };

    Kind kind = Kind::Unavailable;
    std::string object;  ///< Where it was found; empty where it concerns no single object.
    std::string text;    ///< What was expected, what came, what to do.
};

[[nodiscard]] std::string_view to_text(ArchiveError::Kind kind);

template <class T>
using ArchiveResult = base::Result<T, ArchiveError>;
using ArchiveOutcome = base::Outcome<ArchiveError>;

struct Snapshot {
    names::SnapshotName name;
    bool verified = false;
    std::uint64_t bytes = 0;  ///< As stored.

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

class Archive {
public:
    /// Both outlive this.
    Archive(ports::Repository& repository, const ArchiveKey& key)
        : repository_(repository),
          key_(key) {}

    [[nodiscard]] std::string place() const { return repository_.place(); }

    [[nodiscard]] std::string seal(std::string_view name, std::string_view plain) const {
        return key_.seal(name, plain);
    }

    /// What `seal` gave for this name. Putting the very same bytes again is no mistake.
    [[nodiscard]] ArchiveOutcome put_sealed(std::string_view name, std::string_view sealed);
    [[nodiscard]] ArchiveOutcome put(std::string_view name, std::string_view plain);
    [[nodiscard]] ArchiveResult<std::string> get(std::string_view name);
    [[nodiscard]] ArchiveOutcome remove(std::string_view name);
    [[nodiscard]] ArchiveResult<std::vector<ports::StoredObject>> list(std::string_view prefix,
                                                                       std::string_view after);

    [[nodiscard]] ArchiveResult<Timelines> timelines();
    /// Nothing where the timeline was not begun.
    [[nodiscard]] ArchiveResult<std::optional<names::TimelineStart>> start_of(Timeline timeline);
    [[nodiscard]] ArchiveOutcome begin_timeline(Timeline timeline,
                                                const names::TimelineStart& start);

    /// The segments that hold records from `from` on, ascending.
    [[nodiscard]] ArchiveResult<std::vector<names::SegmentName>> segments(Timeline timeline,
                                                                          model::Sequence from);
    [[nodiscard]] ArchiveResult<names::Segment> segment(const names::SegmentName& name);

    /// Whole snapshots (those with a manifest), ascending.
    [[nodiscard]] ArchiveResult<std::vector<Snapshot>> snapshots(Timeline timeline);
    [[nodiscard]] ArchiveResult<names::Manifest> manifest(const names::SnapshotName& name);
    /// Manifest first, so that what is left of a removal that broke off is no snapshot.
    [[nodiscard]] ArchiveOutcome remove(const names::SnapshotName& name);

private:
    ports::Repository& repository_;
    const ArchiveKey& key_;
};

}  // namespace botcore::shell::archive
