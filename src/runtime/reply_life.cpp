#include "runtime/reply_life.hpp"

#include "protocol/journal.hpp"

namespace botcore::runtime {

namespace {

constexpr base::Duration kSearchEvery = base::Duration::seconds(60);

/// When the record was made; nothing where it cannot be read now.
std::optional<base::Timestamp> time_of(ports::StoreReader& reader, model::Sequence sequence) {
    const auto entries = reader.journal(sequence, 1);
    if (!entries || entries.value().empty()) return std::nullopt;
    const auto record = protocol::decode_record(entries.value().front().bytes);
    if (!record) return std::nullopt;
    return record.value().input.monotonic_time;
}

}  // namespace

void ReplyLife::update(ports::StoreReader& reader, model::Sequence head, base::Timestamp now) {
    if (now < next_search_) return;
    // The newest record that is too old lies from `gone` on and before `kept`.
    model::Sequence gone = gone_until_;
    model::Sequence kept = head + 1;
    while (kept - gone > 1) {
        const model::Sequence middle = gone + (kept - gone) / 2;
        const auto time = time_of(reader, middle);
        if (!time) return;
        (now - *time >= life_ ? gone : kept) = middle;
    }
    gone_until_ = gone;
    next_search_ = now + kSearchEvery;
}

bool ReplyLife::has_gone(const ports::KeyRow& key) const {
    const model::Sequence stored = key.stored_in != 0 ? key.stored_in : key.entry.sequence;
    return key.body.empty() || stored <= gone_until_;
}

}  // namespace botcore::runtime
