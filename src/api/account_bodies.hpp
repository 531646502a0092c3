#pragma once

/// Response bodies for accounts and positions: each contains the view (`views.hpp`) and the age of
/// the prices from which its figures are computed.

#include "api/api_context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace botcore::api {

[[nodiscard]] boost::json::object position_body(const ApiContext& context,
                                                const core::AccountState& account,
                                                const model::Position& position);
/// The bodies of all positions of the account that are not flat.
[[nodiscard]] boost::json::array positions_body(const ApiContext& context,
                                                const core::AccountState& account);
/// The body states one age for all figures that depend on prices: the age of the oldest price used.
[[nodiscard]] boost::json::object account_body(const ApiContext& context,
                                               const core::AccountState& account);

}  // namespace botcore::api
