#pragma once

/// Names of the accounts that users have from the start.
///
/// N1  Each user's default accounts can be opened by that user alone, whether or not they are open
///     and the user exists.

#include "model/names.hpp"

#include <string_view>

namespace botcore::model {

/// What the id of every user begins with.
inline constexpr std::string_view kUserPrefix = "u-";

/// The account that a user has on a market from the start: "u-hrafhske1z6x-futures".
[[nodiscard]] AccountId default_account(const Owner& owner, Market market);

/// Is the name kept for somebody else (N1)? It begins with "u-" and ends with "-spot" or
/// "-futures", and is not the owner's default account on this market.
[[nodiscard]] bool is_kept_for_another(const AccountId& account, const Owner& owner, Market market);

}  // namespace botcore::model
