#pragma once

/// The fields of a log line about an order.

#include "model/order.hpp"
#include "observability/log.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace botcore::observability {

/// Owns the texts that its fields point to. The order must outlive this object.
class OrderFields {
public:
    explicit OrderFields(const model::Order& order)
        : side_(to_text(order.side)),
          quantity_(to_text(order.quantity)),
          filled_(to_text(order.filled)),
          fields_{{"user_id", order.owner.text()},
                  {"account", order.account.text()},
                  {"symbol", order.instrument.symbol.text()},
                  {"side", side_},
                  {"quantity", quantity_},
                  {"filled", filled_},
                  {"order", order.id.text()},
                  {"state", to_text(order.state)},
                  {"attempt", static_cast<std::int64_t>(order.attempt.number)}} {}

    OrderFields(const OrderFields&) = delete;
    OrderFields& operator=(const OrderFields&) = delete;

    /// Returns `first`, followed by the order's fields.
    [[nodiscard]] std::vector<Field> after(std::vector<Field> first) const {
        first.insert(first.end(), fields_.begin(), fields_.end());
        return first;
    }

private:
    std::string side_;
    std::string quantity_;
    std::string filled_;
    std::vector<Field> fields_;
};

}  // namespace botcore::observability
