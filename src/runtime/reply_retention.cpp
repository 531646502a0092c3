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
    // Binary search: the newest expired record lies at or after `expired` and before `retained`.
    model::Sequence expired = expired_until_;
    model::Sequence retained = head + 1;
    while (retained - expired > 1) {
        const model::Sequence middle = expired + (retained - expired) / 2;
        const auto record = record_at(reader, middle);
        if (!record) return;
        (now - record.value().input.monotonic_time >= life_ ? expired : retained) = middle;
    }
    expired_until_ = expired;
    next_search_ = now + kSearchEvery;
}

bool ReplyRetention::has_expired(const ports::KeyRow& key) const {
    return key.body.empty() || key.begins_with() <= expired_until_;
}

}  // namespace botcore::runtime
