#include "runtime/archive/segment.hpp"

#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"

#include <utility>

namespace botcore::runtime::archive {

namespace {

constexpr char kVersion = 1;
/// The version of a timeline's start object; version 2 appended fields that earlier programs do not
/// know.
constexpr char kStartVersion = 2;
constexpr std::size_t kPage = 500;

template <class T>
std::string encode_any(const T& value, char version = kVersion) {
    std::string bytes(1, version);
    protocol::BinaryWriter(bytes).write(value);
    return bytes;
}

template <class T>
std::optional<T> decode_any(std::string_view bytes, char newest = kVersion) {
    if (bytes.empty() || bytes.front() < kVersion || bytes.front() > newest) return std::nullopt;
    protocol::BinaryReader reader(bytes.substr(1), static_cast<std::uint8_t>(bytes.front()));
    T value;
    reader.read(value);
    return reader.finished() ? std::optional(std::move(value)) : std::nullopt;
}

/// Adds the entry and the replies under the keys that it completes. Returns the number of bytes
/// added.
ports::StoreResult<std::size_t> add(Segment& segment,
                                    ports::JournalEntry entry,
                                    ports::StoreReader& reader) {
    const auto record = protocol::decode_record(entry.bytes);
    if (!record) return base::Failure{ports::StoreError::Corrupt};
    std::size_t added = entry.bytes.size();
    for (const auto& change : record.value().outcome.changes) {
        const auto* key = std::get_if<model::KeyEntry>(&change);
        if (key == nullptr || key->state != model::KeyState::Done) continue;
        std::optional<ports::KeyRow> row = TRY(reader.find_key(key->owner, key->key));
        // The body is empty when its retention ended before any repository archived it.
        if (!row) return base::Failure{ports::StoreError::Corrupt};
        added += row->body.size();
        segment.replies.push_back({key->owner, key->key, std::move(row->body)});
    }
    segment.entries.push_back(
        {entry.sequence, entry.epoch, entry.time, entry.hash, std::move(entry.bytes)});
    return added;
}

ports::StoreResult<Segment> read_in_snapshot(ports::StoreReader& reader, model::Sequence after) {
    Segment segment;
    std::size_t bytes = 0;
    while (segment.entries.size() < kSegmentRecordsMax && bytes < kSegmentBytesMax) {
        std::vector<ports::JournalEntry> page = TRY(reader.journal(after + 1, kPage));
        for (auto& entry : page) {
            if (entry.sequence != after + 1) return base::Failure{ports::StoreError::Corrupt};
            after = entry.sequence;
            bytes += TRY(add(segment, std::move(entry), reader));
            if (bytes >= kSegmentBytesMax) break;
        }
        if (page.size() < kPage) break;
    }
    return segment;
}

}  // namespace

std::string encode(const Segment& segment) {
    return encode_any(segment);
}

std::string encode(const Manifest& manifest) {
    return encode_any(manifest);
}

std::string encode(const Verified& verified) {
    return encode_any(verified);
}

std::string encode(const TimelineStart& start) {
    return encode_any(start, kStartVersion);
}

std::string encode(const Claim& claim) {
    return encode_any(claim);
}

std::optional<Segment> decode_segment(std::string_view bytes) {
    auto segment = decode_any<Segment>(bytes);
    return segment && !segment->entries.empty() ? std::move(segment) : std::nullopt;
}

std::optional<Manifest> decode_manifest(std::string_view bytes) {
    return decode_any<Manifest>(bytes);
}

std::optional<Verified> decode_verified(std::string_view bytes) {
    return decode_any<Verified>(bytes);
}

std::optional<TimelineStart> decode_start(std::string_view bytes) {
    return decode_any<TimelineStart>(bytes, kStartVersion);
}

std::optional<Claim> decode_claim(std::string_view bytes) {
    return decode_any<Claim>(bytes);
}

ports::StoreResult<Segment> read_segment(ports::StoreReader& reader, model::Sequence after) {
    (void)TRY(reader.begin_snapshot());
    auto segment = read_in_snapshot(reader, after);
    reader.end_snapshot();
    return segment;
}

ports::StoreResult<std::uint32_t> id_from_journal(ports::StoreReader& reader) {
    const auto first = TRY(reader.journal(1, 1));
    return first.empty() ? std::uint32_t{0} : id_of(first.front().hash);
}

SegmentName name_of(const Segment& segment, model::Timeline timeline) {
    return {timeline, segment.entries.front().sequence, segment.entries.back().sequence};
}

}  // namespace botcore::runtime::archive
