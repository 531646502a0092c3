#include "resilience/rate_limit.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::resilience {

RateVerdict RateBucket::take(const RateRule& rule, base::Timestamp now) {
    CHECK(rule.is_on());
    CHECK(rule.per > base::Duration());
    const std::int64_t count = rule.count;
    // Rounded up, so that a rate is never more than what was allowed.
    const std::int64_t each = (rule.per.in_microseconds() + count - 1) / count;
    const std::int64_t span = each * count;
    const std::int64_t used = std::clamp<std::int64_t>((full_at_ - now).in_microseconds(), 0, span);
    RateVerdict verdict;
    verdict.limit = rule.count;
    verdict.allowed = used + each <= span;
    const std::int64_t after = verdict.allowed ? used + each : used;
    full_at_ = now + base::Duration::microseconds(after);
    verdict.remaining = static_cast<std::uint32_t>((span - after) / each);
    verdict.full_in = base::Duration::microseconds(after);
    if (!verdict.allowed) verdict.retry_after = base::Duration::microseconds(used + each - span);
    return verdict;
}

RateVerdict RateTable::take(std::string_view key, base::Timestamp now) {
    if (!rule_.is_on()) return {};
    return bucket_of(key, now).take(rule_, now);
}

RateBucket& RateTable::bucket_of(std::string_view key, base::Timestamp now) {
    const auto known = places_.find(key);
    if (known != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, known->second);
        return known->second->bucket;
    }
    if (buckets_.size() >= keys_max_) {
        // Forgetting a bucket that is not full would give its key new permits.
        if (buckets_.empty() || !buckets_.back().bucket.is_full(now)) return shared_;
        places_.erase(buckets_.back().key);
        buckets_.pop_back();
    }
    buckets_.push_front({std::string(key), {}});
    places_.emplace(buckets_.front().key, buckets_.begin());
    return buckets_.front().bucket;
}

}  // namespace botcore::resilience
