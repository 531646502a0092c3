#include "services/trading/entry_orders.hpp"

#include <string>
#include <vector>

namespace botcore::trading {

bool is_entry(const core::AccountState& account, const model::Order& order) {
    if (!model::is_live(order.state) || order.reduce_only == model::ReduceOnly::Yes) return false;
    const bool buys = order.side == model::Side::Buy;
    if (order.instrument.market == model::Market::Spot) return buys;
    const auto place = account.positions.find(order.instrument);
    if (place == account.positions.end() || place->second.quantity.is_zero()) return true;
    const bool is_long = place->second.quantity > model::Quantity();
    return buys == is_long;
}

std::size_t count_entries(const core::State& state) {
    std::size_t count = 0;
    for (const auto& [id, account] : state.accounts) {
        for (const auto& [number, live] : account.orders)
            count += is_entry(account, live.order) ? 1U : 0U;
    }
    return count;
}

std::size_t cancel_entries(runtime::Runtime& runtime, model::Now now) {
    std::vector<model::Order> entries;
    for (const auto& [id, account] : runtime.state().accounts) {
        for (const auto& [number, live] : account.orders) {
            if (live.order.state == model::OrderState::Open && is_entry(account, live.order)) {
                entries.push_back(live.order);
            }
        }
    }
    for (const model::Order& order : entries) {
        const std::string key =
            "shutdown-" + std::to_string(runtime.state().epoch) + "-" + order.id.text();
        runtime.submit(
            {.body = model::CancelOrder{{order.owner, model::IdempotencyKey(key), "shutdown"},
                                        order.account,
                                        order.id,
                                        std::nullopt},
             .handle = 0,
             .request_id = "shutdown"},
            now);
    }
    return entries.size();
}

}  // namespace botcore::trading
