#include "services/users/login_delay.hpp"

#include <algorithm>

namespace botcore::users {

using base::Duration;
using base::Timestamp;

Duration LoginDelays::wait(const Attempt& attempt, Timestamp now) const {
    const auto found = rows_.find({attempt.user, attempt.address});
    if (found == rows_.end() || found->second.until <= now) return {};
    return found->second.until - now;
}

LoginDelays::Row& LoginDelays::row(const Key& key, Timestamp now) {
    auto found = rows_.find(key);
    if (found == rows_.end()) {
        if (rows_.size() >= options_.keys_max) {
            rows_.erase(std::ranges::min_element(
                rows_, {}, [](const auto& each) { return each.second.used; }));
        }
        found = rows_.emplace(key, Row{}).first;
    } else if (now - found->second.used > options_.remembered) {
        found->second.failures = 0;
    }
    found->second.used = now;
    return found->second;
}

Duration LoginDelays::delay(std::uint32_t failures, std::uint32_t free) const {
    if (failures < free) return {};
    Duration wait = options_.first;
    for (std::uint32_t i = free; i < failures && wait < options_.longest; ++i)
        wait = wait + wait;
    return std::min(wait, options_.longest);
}

void LoginDelays::failed(const Attempt& attempt, Timestamp now) {
    std::uint32_t of_user = 0;
    const auto before = rows_.find({attempt.user, attempt.address});
    if (before == rows_.end() || !before->second.known) {
        of_user = ++row({attempt.user, {}}, now).failures;
    }
    Row& pair = row({attempt.user, attempt.address}, now);
    ++pair.failures;
    pair.until = now + std::max(delay(pair.failures, options_.failures_free),
                                delay(of_user, options_.failures_free_of_user));
}

void LoginDelays::succeeded(const Attempt& attempt, Timestamp now) {
    rows_.erase({attempt.user, {}});
    Row& pair = row({attempt.user, attempt.address}, now);
    pair = {.failures = 0, .until = {}, .used = now, .known = true};
}

void LoginDelays::forget(std::string_view user) {
    std::erase_if(rows_, [user](const auto& each) { return each.first.first == user; });
}

}  // namespace botcore::users
