#include "api/time_bounds.hpp"

namespace botcore::api {

using base::Timestamp;
using model::Sequence;

namespace {

/// The sequence of the first record at `time` or later; the sequence after the head when there is
/// no such record.
ports::StoreResult<Sequence> first_at(ports::StoreReader& reader, Sequence head, Timestamp time) {
    Sequence low = 1;
    Sequence high = head + 1;
    while (low < high) {
        const Sequence middle = low + (high - low) / 2;
        const auto found = TRY(reader.journal(middle, 1));
        const bool is_before = !found.empty() && found.front().time < time;
        if (is_before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace

ports::StoreResult<SequenceBounds> sequence_bounds(ports::StoreReader& reader,
                                                   std::optional<Timestamp> since,
                                                   std::optional<Timestamp> until) {
    SequenceBounds bounds;
    if (!since && !until) return bounds;
    const Sequence head = TRY(reader.head()).sequence;
    if (since) bounds.first = TRY(first_at(reader, head, *since - kReportSlack));
    if (until) {
        // Later records are not older than the head, so a bound up to the head stays valid.
        const Sequence first_late = TRY(first_at(reader, head, *until + kLateMax));
        if (first_late <= head) bounds.before = first_late;
    }
    return bounds;
}

}  // namespace botcore::api
