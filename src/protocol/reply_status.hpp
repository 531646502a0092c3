#pragma once

/// The HTTP status of each reply to a command: one table for all routes.

#include "model/reply.hpp"

namespace botcore::protocol {

[[nodiscard]] std::uint16_t status_of(model::RefusalReason reason);

/// 200 for a request that was carried out, otherwise the status of its reason. The status is 422
/// for a market order or an exit that expired without a trade, and for several exits that all ended
/// without a trade.
[[nodiscard]] std::uint16_t status_of(const model::Reply& reply);

[[nodiscard]] std::uint16_t status_of(model::RequestFailure failure);

}  // namespace botcore::protocol
