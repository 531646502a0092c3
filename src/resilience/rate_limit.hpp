#pragma once

/// How often somebody may do something: token buckets, one for each key (a caller, an address), in
/// a table of bounded size.
///
/// L1  Over any span s a key gets at most burst + s / (per / count) permits.
/// L2  A table holds at most `keys_max` keys. A key that finds no room shares one bucket with all
///     others that found none: memory never grows, and nobody is let through unlimited.
///
/// Threads: none of its own; the owner's.

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace botcore::resilience {

/// `count` permits in each span of `per`, as many at once when none was used for that long.
/// A count of 0 means no limit.
struct RateRule {
    std::uint32_t count = 0;
    base::Duration per = base::Duration::seconds(1);

    [[nodiscard]] bool is_on() const { return count > 0; }
};

/// What a caller may be told about its limit.
struct RateVerdict {
    bool allowed = true;
    std::uint32_t limit = 0;
    std::uint32_t remaining = 0;
    base::Duration full_in;      ///< Until all permits are back.
    base::Duration retry_after;  ///< Until the next permit; zero when this one was given.
};

/// One bucket as a single point in time: the moment at which all permits are back (the virtual
/// scheduling form of the leaky bucket, ITU-T I.371). Exact, and nothing drifts.
class RateBucket {
public:
    /// Takes a permit if there is one. A clock that goes back delays permits by at most
    /// `kDebtMax` times `per`.
    [[nodiscard]] RateVerdict take(const RateRule& rule, base::Timestamp now);

    /// Takes permits for what turned out to be dearer than one, whether they are there or not: the
    /// next are given once the debt is paid.
    void charge(const RateRule& rule, base::Timestamp now, std::uint64_t permits);

    [[nodiscard]] bool is_full(base::Timestamp now) const { return full_at_ <= now; }

private:
    base::Timestamp full_at_;
};

/// No debt takes longer to pay than so many times a rule's `per`.
inline constexpr std::int64_t kDebtMax = 10;

class RateTable {
public:
    RateTable(RateRule rule, std::size_t keys_max) : rule_(rule), keys_max_(keys_max) {}

    /// A verdict without a limit (`limit` 0) where the rule is off.
    [[nodiscard]] RateVerdict take(std::string_view key, base::Timestamp now);

    void charge(std::string_view key, base::Timestamp now, std::uint64_t permits);

    /// For takes from now on; what was taken before stays taken.
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
    std::list<Entry> buckets_;  ///< The last used in front.
    std::map<std::string_view, Place> places_;
    RateBucket shared_;
};

}  // namespace botcore::resilience
