#pragma once

/// Callers who wait for the answer of their key. None waits longer than its deadline: the first one
/// is then told that the outcome is still open, the others that the request is under way.

#include "core/decision.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace botcore::runtime {

/// One request at a door; the door's own number for it.
using RequestHandle = std::uint64_t;

struct Waiter {
    RequestHandle handle = 0;
    model::Timestamp deadline;
    std::string request_id;
    bool first = false;  ///< It opened the key; the others repeat it.
};

class DuplicateWaiters {
public:
    void add(const core::KeyId& key, Waiter waiter);

    /// Everybody who waits for the key, who then waits no more.
    [[nodiscard]] std::vector<Waiter> take(const core::KeyId& key);

    /// Everybody, of all keys.
    [[nodiscard]] std::vector<Waiter> take_all();

    /// Those whose deadline has passed, with their keys.
    [[nodiscard]] std::vector<std::pair<core::KeyId, Waiter>> take_expired(model::Timestamp now);

    /// The request id of the caller who opened the key, for the reply's body.
    [[nodiscard]] std::string request_id_of(const core::KeyId& key) const;

    [[nodiscard]] std::optional<model::Timestamp> next_deadline() const;

private:
    std::map<core::KeyId, std::vector<Waiter>> waiters_;
    std::multimap<model::Timestamp, core::KeyId> deadlines_;
};

}  // namespace botcore::runtime
