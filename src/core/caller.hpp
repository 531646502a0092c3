#pragma once

/// The checks that all commands of callers begin with: ownership of the account and the version
/// that the caller saw, and how a refusal is returned.

#include "core/orders/order_rules.hpp"
#include "core/transaction.hpp"

#include <cstdint>
#include <optional>

namespace botcore::core {

/// Refuses the request; the refusal is stored under its key permanently.
void refuse(Transaction& transaction, const model::Origin& origin, RuleBreach breach);

/// The account if the caller may use it; otherwise refuses the request and returns `nullptr`.
/// Another owner's account is reported as unknown, except to an operator.
[[nodiscard]] AccountState* own_account(Transaction& transaction,
                                        const model::Origin& origin,
                                        const model::AccountId& id);

/// Refuses the request and returns true if the caller saw a version other than the current one.
[[nodiscard]] bool refused_by_version(Transaction& transaction,
                                      const model::Origin& origin,
                                      std::optional<std::uint64_t> seen,
                                      std::uint64_t current);

}  // namespace botcore::core
