#include "runtime/reply_retention.hpp"

#include "runtime/record_at.hpp"

namespace botcore::runtime {

namespace {

constexpr base::Duration kSearchEvery = base::Duration::seconds(60);
/// After a failed read the store is not queried again on every turn of the loop.
constexpr base::Duration kSearchAgain = base::Duration::seconds(1);

}  // namespace

void ReplyRetention::update(ports::StoreReader& reader, model::Sequence head, base::Timestamp now) {
    if (now < next_search_) return;
    next_search_ = now + kSearchAgain;
    // Binary search: the newest expired record lies at or after `gone` and before `kept`.
    model::Sequence gone = expired_until_;
    model::Sequence kept = head + 1;
    while (kept - gone > 1) {
        const model::Sequence middle = gone + (kept - gone) / 2;
        const auto record = record_at(reader, middle);
        if (!record) return;
        (now - record.value().input.monotonic_time >= life_ ? gone : kept) = middle;
    }
    expired_until_ = gone;
    next_search_ = now + kSearchEvery;
}

bool ReplyRetention::has_expired(const ports::KeyRow& key) const {
    return key.body.empty() || key.begins_with() <= expired_until_;
}

}  // namespace botcore::runtime
