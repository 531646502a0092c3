#pragma once

/// The contents of an archive's objects, in the binary form of `protocol/binary_codec`, each
/// preceded by one byte with its version. These formats are stored permanently: never change a
/// field, only append.

#include "base/field_version.hpp"
#include "ports/store.hpp"
#include "runtime/archive/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::runtime::archive {

/// The maximum number of records in one segment.
inline constexpr std::uint64_t kSegmentRecordsMax = 10'000;
/// A segment ends once its records and replies have this many bytes.
inline constexpr std::size_t kSegmentBytesMax = std::size_t{4} << 20U;

struct SegmentEntry {
    model::Sequence sequence = 0;
    model::Epoch epoch = 0;
    model::Timestamp time;
    model::Hash hash{};
    std::string bytes;

    friend bool operator==(const SegmentEntry&, const SegmentEntry&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("sequence", self.sequence);
        visit("epoch", self.epoch);
        visit("time", self.time);
        visit("hash", self.hash);
        visit("bytes", self.bytes);
    }
};

/// The reply bytes stored under a key that a record of the segment completes; the record itself
/// does not contain them.
struct SegmentReply {
    model::Owner owner;
    model::IdempotencyKey key;
    std::string body;

    friend bool operator==(const SegmentReply&, const SegmentReply&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("owner", self.owner);
        visit("key", self.key);
        visit("body", self.body);
    }
};

/// Consecutive records, at least one, with the replies that belong to them.
struct Segment {
    std::vector<SegmentEntry> entries;
    std::vector<SegmentReply> replies;

    friend bool operator==(const Segment&, const Segment&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("entries", self.entries);
        visit("replies", self.replies);
    }
};

/// Describes a snapshot: the content of a whole store right after one record. The manifest is
/// written last: parts without a manifest are an incomplete snapshot and are ignored.
struct Manifest {
    model::Sequence sequence = 0;
    model::Hash hash{};
    model::Epoch epoch = 0;
    model::Timestamp head_time;
    model::Timestamp created;
    std::uint32_t parts = 0;
    std::uint64_t bytes = 0;
    model::Hash content{};  ///< SHA-256 over all parts in their order.
    std::string software;

    [[nodiscard]] model::Head head() const { return {sequence, hash, epoch, head_time}; }

    friend bool operator==(const Manifest&, const Manifest&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("sequence", self.sequence);
        visit("hash", self.hash);
        visit("epoch", self.epoch);
        visit("head_time", self.head_time);
        visit("created", self.created);
        visit("parts", self.parts);
        visit("bytes", self.bytes);
        visit("content", self.content);
        visit("software", self.software);
    }
};

/// The result of a trial restore of the snapshot.
struct Verified {
    model::Timestamp time;
    std::string state_hash;

    friend bool operator==(const Verified&, const Verified&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("time", self.time);
        visit("state_hash", self.state_hash);
    }
};

/// Where a timeline branches off from its parent, the timeline that it was restored from. When a
/// store began in an empty archive, there is no parent and the timeline contains every record from
/// the first one on.
struct TimelineStart {
    model::Timeline parent = 0;
    model::Sequence sequence = 0;  ///< The last record that both timelines contain.
    model::Hash hash{};
    model::Timestamp created;
    std::uint32_t id = 0;                      ///< Since version 2; 0 when it was not stored.
    std::vector<model::Ancestor> ancestors{};  ///< Since version 2.

    friend bool operator==(const TimelineStart&, const TimelineStart&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("parent", self.parent);
        visit("sequence", self.sequence);
        visit("hash", self.hash);
        visit("created", self.created);
        if (base::has_fields_of(visit, 2)) {
            visit("id", self.id);
            visit("ancestors", self.ancestors);
        }
    }
};

/// States that a process began to write the timeline.
struct Claim {
    model::Timestamp created;
    std::string where;  ///< The machine and the process, for operators.

    friend bool operator==(const Claim&, const Claim&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("created", self.created);
        visit("where", self.where);
    }
};

[[nodiscard]] std::string encode(const Segment& segment);
[[nodiscard]] std::string encode(const Manifest& manifest);
[[nodiscard]] std::string encode(const Verified& verified);
[[nodiscard]] std::string encode(const TimelineStart& start);
[[nodiscard]] std::string encode(const Claim& claim);

/// Empty when the bytes are truncated or malformed, or have a later version.
[[nodiscard]] std::optional<Segment> decode_segment(std::string_view bytes);
[[nodiscard]] std::optional<Manifest> decode_manifest(std::string_view bytes);
[[nodiscard]] std::optional<Verified> decode_verified(std::string_view bytes);
[[nodiscard]] std::optional<TimelineStart> decode_start(std::string_view bytes);
[[nodiscard]] std::optional<Claim> decode_claim(std::string_view bytes);

/// Returns the records after record `after`, as many as fit into one segment, with their replies.
/// The segment has no entries when the journal has no such records. All data are read from one
/// snapshot of the store.
[[nodiscard]] ports::StoreResult<Segment> read_segment(ports::StoreReader& reader,
                                                       model::Sequence after);

/// The id of the first timeline, derived from the journal; 0 when the journal has no record.
[[nodiscard]] ports::StoreResult<std::uint32_t> id_from_journal(ports::StoreReader& reader);

[[nodiscard]] SegmentName name_of(const Segment& segment, model::Timeline timeline);

}  // namespace botcore::runtime::archive
