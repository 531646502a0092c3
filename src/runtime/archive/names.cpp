#include "runtime/archive/names.hpp"

#include "base/time_text.hpp"

#include <algorithm>

namespace botcore::runtime::archive {

namespace {

constexpr std::size_t kTimelineDigits = 8;
constexpr std::size_t kSequenceDigits = 20;
constexpr std::size_t kTimeLetters = 16;

std::string digits(std::uint64_t value, std::size_t width) {
    std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

std::string hex_digits(std::uint32_t value) {
    static constexpr std::string_view kHexDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 28; shift >= 0; shift -= 4)
        text += kHexDigits[(value >> static_cast<unsigned>(shift)) & 0xFU];
    return text;
}

/// Parses a name from the front, one component at a time; after the first error the parser stays in
/// the failed state.
class Parts {
public:
    explicit Parts(std::string_view text) : rest_(text) {}

    void literal(std::string_view expected) {
        ok_ = ok_ && rest_.starts_with(expected);
        if (ok_) rest_.remove_prefix(expected.size());
    }

    std::uint64_t number(std::size_t width) {
        const std::string_view text = take(width);
        std::uint64_t value = 0;
        for (const char letter : text) {
            const auto digit = static_cast<std::uint64_t>(letter - '0');
            ok_ =
                ok_ && letter >= '0' && letter <= '9' && value <= (~std::uint64_t{0} - digit) / 10;
            value = value * 10 + digit;
        }
        return ok_ ? value : 0;
    }

    std::string_view take(std::size_t width) {
        ok_ = ok_ && rest_.size() >= width;
        if (!ok_) return {};
        const std::string_view text = rest_.substr(0, width);
        rest_.remove_prefix(width);
        return text;
    }

    std::string_view rest() { return take(rest_.size()); }

    [[nodiscard]] bool ok() const { return ok_; }

    [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

model::Timeline read_timeline(Parts& parts) {
    parts.literal("timeline/");
    const auto timeline = static_cast<model::Timeline>(parts.number(kTimelineDigits));
    parts.literal("/");
    return timeline;
}

}  // namespace

std::string compact_time(base::Timestamp time) {
    std::string text = base::to_compact_iso8601(time);
    for (char& letter : text)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return text;
}

std::uint32_t id_of(const model::Hash& first_record) {
    std::uint32_t id = 0;
    for (std::size_t i = 0; i < sizeof(id); ++i)
        id = (id << 8U) | first_record.at(i);
    return std::max(id, std::uint32_t{1});  // The id 0 stands for "no id".
}

std::string listed_name(model::Timeline timeline) {
    return std::string(kTimelinesPrefix) + digits(timeline, kTimelineDigits);
}

std::string timeline_prefix(model::Timeline timeline) {
    return "timeline/" + digits(timeline, kTimelineDigits) + "/";
}

std::string start_name(model::Timeline timeline) {
    return timeline_prefix(timeline) + "start";
}

std::string segment_prefix(model::Timeline timeline) {
    return timeline_prefix(timeline) + "segment/";
}

std::string segments_after(model::Timeline timeline,
                           model::Sequence sequence,
                           std::uint64_t records_max) {
    const model::Sequence first = sequence > records_max ? sequence - records_max : 0;
    return segment_prefix(timeline) + digits(first, kSequenceDigits);
}

std::string to_text(const SegmentName& name) {
    return segment_prefix(name.timeline) + digits(name.first, kSequenceDigits) + "-" +
           digits(name.last, kSequenceDigits);
}

std::string snapshot_prefix(model::Timeline timeline) {
    return timeline_prefix(timeline) + "snapshot/";
}

std::string to_text(const SnapshotName& name) {
    return snapshot_prefix(name.timeline) + digits(name.sequence, kSequenceDigits) + "-" +
           name.time + "/";
}

std::string part_name(std::uint32_t number) {
    return "part-" + digits(number, 4);
}

std::string users_prefix(model::Timeline timeline) {
    return timeline_prefix(timeline) + "users/";
}

std::string claim_prefix(model::Timeline timeline) {
    return timeline_prefix(timeline) + "owner/";
}

std::string claim_name(model::Timeline timeline, std::uint64_t number, std::uint32_t writer) {
    return claim_prefix(timeline) + digits(number, kSequenceDigits) + "-" + hex_digits(writer);
}

std::optional<std::uint64_t> claim_number(std::string_view name) {
    Parts parts(name);
    (void)read_timeline(parts);
    parts.literal("owner/");
    const std::uint64_t number = parts.number(kSequenceDigits);
    parts.literal("-");
    return parts.ok() ? std::optional(number) : std::nullopt;
}

std::optional<model::Timeline> parse_listed(std::string_view name) {
    Parts parts(name);
    parts.literal(kTimelinesPrefix);
    const auto timeline = static_cast<model::Timeline>(parts.number(kTimelineDigits));
    return parts.finished() && timeline > 0 ? std::optional(timeline) : std::nullopt;
}

std::optional<model::Timeline> parse_start(std::string_view name) {
    Parts parts(name);
    const model::Timeline timeline = read_timeline(parts);
    parts.literal("start");
    return parts.finished() ? std::optional(timeline) : std::nullopt;
}

std::optional<SegmentName> parse_segment(std::string_view name) {
    Parts parts(name);
    SegmentName result;
    result.timeline = read_timeline(parts);
    parts.literal("segment/");
    result.first = parts.number(kSequenceDigits);
    parts.literal("-");
    result.last = parts.number(kSequenceDigits);
    const bool whole = parts.finished() && result.first > 0 && result.first <= result.last;
    return whole ? std::optional(result) : std::nullopt;
}

std::optional<SnapshotPart> parse_snapshot_part(std::string_view name) {
    Parts parts(name);
    SnapshotPart result;
    result.snapshot.timeline = read_timeline(parts);
    parts.literal("snapshot/");
    result.snapshot.sequence = parts.number(kSequenceDigits);
    parts.literal("-");
    result.snapshot.time = parts.take(kTimeLetters);
    parts.literal("/");
    result.part = parts.rest();
    return parts.ok() && !result.part.empty() ? std::optional(result) : std::nullopt;
}

}  // namespace botcore::runtime::archive
