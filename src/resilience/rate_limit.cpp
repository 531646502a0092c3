#include "resilience/rate_limit.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::resilience {

namespace {

/// Microseconds until one permit is restored. Rounded up, so that the rate never exceeds the
/// allowed one.
std::int64_t each_of(const RateRule& rule) {
    CHECK(rule.is_on());
    CHECK(rule.per > base::Duration());
    return (rule.per.in_microseconds() + rule.count - 1) / rule.count;
}

}  // namespace

void RateBucket::charge(const RateRule& rule, base::Timestamp now, std::uint64_t permits) {
    const std::int64_t each = each_of(rule);
    const std::int64_t most = kDebtMax * each * rule.count;
    const std::int64_t used = std::clamp<std::int64_t>((full_at_ - now).in_microseconds(), 0, most);
    const std::uint64_t bounded = std::min<std::uint64_t>(permits, kDebtMax * rule.count);
    full_at_ = now + base::Duration::microseconds(
                         std::min(most, used + each * static_cast<std::int64_t>(bounded)));
}

RateVerdict RateBucket::take(const RateRule& rule, base::Timestamp now) {
    const std::int64_t each = each_of(rule);
    const std::int64_t span = each * rule.count;
    const std::int64_t used =
        std::clamp<std::int64_t>((full_at_ - now).in_microseconds(), 0, kDebtMax * span);
    RateVerdict verdict;
    verdict.limit = rule.count;
    verdict.allowed = used + each <= span;
    const std::int64_t after = verdict.allowed ? used + each : used;
    full_at_ = now + base::Duration::microseconds(after);
    verdict.remaining = static_cast<std::uint32_t>(std::max<std::int64_t>(0, span - after) / each);
    verdict.full_in = base::Duration::microseconds(after);
    if (!verdict.allowed) verdict.retry_after = base::Duration::microseconds(used + each - span);
    return verdict;
}

RateVerdict RateTable::take(std::string_view key, base::Timestamp now) {
    if (!rule_.is_on()) return {};
    return bucket_of(key, now).take(rule_, now);
}

void RateTable::charge(std::string_view key, base::Timestamp now, std::uint64_t permits) {
    if (rule_.is_on() && permits > 0) bucket_of(key, now).charge(rule_, now, permits);
}

RateBucket& RateTable::bucket_of(std::string_view key, base::Timestamp now) {
    const auto known = places_.find(key);
    if (known != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, known->second);
        return known->second->bucket;
    }
    if (buckets_.size() >= keys_max_) {
        // Evicting a bucket that is not full would give its key new permits.
        if (buckets_.empty() || !buckets_.back().bucket.is_full(now)) return shared_;
        places_.erase(buckets_.back().key);
        buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), {}});
    places_.emplace(buckets_.front().key, buckets_.begin());
    return buckets_.front().bucket;
}

}  // namespace botcore::resilience
