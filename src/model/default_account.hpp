#pragma once

/// Names of the accounts that every user has from the beginning.
///
/// N1  A user's default accounts can be opened by that user only. The names are reserved whether or
///     not the accounts are open and the user exists.

#include "model/names.hpp"

#include <string_view>

namespace botcore::model {

/// The prefix of every user id.
inline constexpr std::string_view kUserPrefix = "u-";

/// The user's default account on a market: "u-hrafhske1z6x-futures".
[[nodiscard]] AccountId default_account(const Owner& owner, Market market);

/// Whether the name is reserved for another user (N1). It is if it begins with "u-", ends with
/// "-spot" or "-futures", and is not the owner's default account on this market.
[[nodiscard]] bool is_reserved_for_another(const AccountId& account,
                                           const Owner& owner,
                                           Market market);

}  // namespace botcore::model
