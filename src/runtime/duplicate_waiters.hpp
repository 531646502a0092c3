#pragma once

/// Callers that wait for the reply of their idempotency key. None waits longer than its deadline:
/// the first caller then receives "the outcome is still open", the others "the request is in
/// progress".
/// @spec:NFR-RELIABILITY-003

#include "core/decision.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace botcore::runtime {

/// The number by which an API route identifies one pending request.
using RequestHandle = std::uint64_t;

struct Waiter {
    RequestHandle handle = 0;
    model::Timestamp deadline;
    std::string request_id;
    bool first = false;  ///< True for the caller that opened the key; the others repeat it.
};

class DuplicateWaiters {
public:
    void add(const core::KeyId& key, Waiter waiter);

    /// Removes and returns all callers that wait for the key.
    [[nodiscard]] std::vector<Waiter> take(const core::KeyId& key);

    /// Removes and returns all waiting callers of all keys.
    [[nodiscard]] std::vector<Waiter> take_all();

    /// Removes and returns the callers whose deadline has passed, with their keys.
    [[nodiscard]] std::vector<std::pair<core::KeyId, Waiter>> take_expired(model::Timestamp now);

    /// The request id of the caller who opened the key, for the reply's body.
    [[nodiscard]] std::string request_id_of(const core::KeyId& key) const;

    [[nodiscard]] std::optional<model::Timestamp> next_deadline() const;

private:
    std::map<core::KeyId, std::vector<Waiter>> waiters_;
    std::multimap<model::Timestamp, core::KeyId> deadlines_;
};

}  // namespace botcore::runtime
