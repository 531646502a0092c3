#pragma once

/// Response bodies for accounts and positions: the view itself and the age of the prices behind it.

#include "shell/http/api_context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace botcore::shell::http {

[[nodiscard]] boost::json::object position_body(const ApiContext& context,
                                                const core::AccountState& account,
                                                const model::Position& position);
/// Without flat positions.
[[nodiscard]] boost::json::array positions_body(const ApiContext& context,
                                                const core::AccountState& account);
/// The age of price-based figures is that of the oldest price among them.
[[nodiscard]] boost::json::object account_body(const ApiContext& context,
                                               const core::AccountState& account);

}  // namespace botcore::shell::http
