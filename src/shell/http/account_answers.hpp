#pragma once

/// Accounts and positions as the API answers them: the view, and how old the prices behind it are.

#include "shell/http/api_context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace botcore::shell::http {

[[nodiscard]] boost::json::object position_answer(const ApiContext& context,
                                                  const core::AccountState& account,
                                                  const model::Position& position);
/// The positions that are not flat.
[[nodiscard]] boost::json::array positions_answer(const ApiContext& context,
                                                  const core::AccountState& account);
/// Its figures that rest on prices are as old as the oldest of them.
[[nodiscard]] boost::json::object account_answer(const ApiContext& context,
                                                 const core::AccountState& account);

}  // namespace botcore::shell::http
