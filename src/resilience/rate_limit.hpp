#pragma once

/// Rate limiting with token buckets, one for each key (a caller, an address), in a table of bounded
/// size.
///
/// L1  Over any span s a key gets at most burst + s / (per / count) permits.
/// L2  A table holds at most `keys_max` keys. All keys beyond that share one bucket, so that the
///     memory is bounded and no key is unlimited.
///
/// Not thread-safe.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace botcore::resilience {

/// `count` permits in each span of `per`; all of them may be used at once after an idle span. A
/// count of 0 means no limit.
struct RateRule {
    std::uint32_t count = 0;
    base::Duration per = base::Duration::seconds(1);

    [[nodiscard]] bool is_on() const { return count > 0; }
};

/// Whether a request is allowed, and what its caller may learn about the limit.
struct RateVerdict {
    bool allowed = true;
    std::uint32_t limit = 0;
    std::uint32_t remaining = 0;
    base::Duration full_in;      ///< Time until all permits are restored.
    base::Duration retry_after;  ///< Time until the next permit; zero if this request got one.
};

/// A bucket stored as one point in time: when all permits are restored (the virtual scheduling form
/// of the leaky bucket, ITU-T I.371). It is exact and does not drift.
class RateBucket {
public:
    /// Takes a permit if there is one. A clock that goes back delays permits by at most `kDebtMax`
    /// times `per`.
    [[nodiscard]] RateVerdict take(const RateRule& rule, base::Timestamp now);

    /// Takes more permits for a request that turned out to cost more than one, even if they are not
    /// available: the next permits are given once the debt is paid.
    void charge(const RateRule& rule, base::Timestamp now, std::uint64_t permits);

    [[nodiscard]] bool is_full(base::Timestamp now) const { return full_at_ <= now; }

private:
    base::Timestamp full_at_;
};

/// No debt takes longer to pay than this many times a rule's `per`.
inline constexpr std::int64_t kDebtMax = 10;

class RateTable {
public:
    RateTable(RateRule rule, std::size_t keys_max) : rule_(rule), keys_max_(keys_max) {}

    /// Takes a permit of the key. If there is no rule, the verdict has no limit (`limit` is 0).
    [[nodiscard]] RateVerdict take(std::string_view key, base::Timestamp now);

    void charge(std::string_view key, base::Timestamp now, std::uint64_t permits);

    /// Sets the rule for later requests; permits that were already taken stay taken.
    void set_rule(RateRule rule) { rule_ = rule; }

    [[nodiscard]] std::size_t size() const { return buckets_.size(); }

private:
    struct Entry {
        std::string key;
        RateBucket bucket;
    };

    using Place = std::list<Entry>::iterator;

    [[nodiscard]] RateBucket& bucket_of(std::string_view key, base::Timestamp now);

    RateRule rule_;
    std::size_t keys_max_;
    std::list<Entry> buckets_;  ///< Most recently used first.
    std::map<std::string_view, Place> places_;
    RateBucket shared_;
};

}  // namespace botcore::resilience
