#pragma once

/// What all commands of callers begin with: whose account it is, which version they saw, and how
/// they are told no.

#include "core/orders/order_rules.hpp"
#include "core/transaction.hpp"

#include <cstdint>
#include <optional>

namespace botcore::core {

/// Refuses the request for ever under its key.
void refuse(Transaction& transaction, const model::Origin& origin, RuleBreach breach);

/// The account the caller may act on, or `nullptr` with a refusal given. Another owner's account
/// looks unknown, except to an operator.
[[nodiscard]] AccountState* own_account(Transaction& transaction,
                                        const model::Origin& origin,
                                        const model::AccountId& id);

/// True, with a refusal given, when the caller saw another version than the current one.
[[nodiscard]] bool refused_by_version(Transaction& transaction,
                                      const model::Origin& origin,
                                      std::optional<std::uint64_t> seen,
                                      std::uint64_t current);

}  // namespace botcore::core
