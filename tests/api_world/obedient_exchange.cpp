#include "tests/api_world/obedient_exchange.hpp"

#include <string>
#include <utility>

namespace botcore::api {

void ObedientExchange::place(const model::OrderInstruction& order) {
    if (silent) return;
    model::OrderReport report{.account = order.account,
                              .instrument = order.instrument,
                              .id = order.id,
                              .kind = model::ReportKind::Open,
                              .venue_order_id = std::to_string(++last_id),
                              .trades = {},
                              .reason = model::OrderReason::None,
                              .reason_text = {},
                              .venue_time = {}};
    if (rejects) {
        report.kind = model::ReportKind::Rejected;
        report.reason = model::order_reason(model::RefusalReason::RejectedByExchange);
        report.reason_text = "-2022 ReduceOnly Order is rejected.";
    } else if (order.type == model::OrderType::Market) {
        report.kind = model::ReportKind::Filled;
        for (int i = 0; i < trades; ++i) {
            report.trades.push_back(
                {.id = ++last_id,
                 .price = model::Price::whole(price),
                 .quantity = model::Quantity::from_units(order.quantity.units() / trades),
                 .fee = model::Money::from_units(1'000),
                 .fee_asset = model::Asset("USDT"),
                 .maker = false,
                 .time =
                     order.attempt.time + model::Duration::milliseconds(offset_ms + i * gap_ms)});
        }
    }
    ++placed;
    reports.push_back(std::move(report));
}

void ObedientExchange::cancel(const model::CancelInstruction& cancel) {
    reports.push_back({.account = cancel.account,
                       .instrument = cancel.instrument,
                       .id = cancel.id,
                       .kind = model::ReportKind::Canceled,
                       .venue_order_id = {},
                       .trades = {},
                       .reason = model::order_reason(model::EndReason::CanceledByUser),
                       .reason_text = "canceled by the user",
                       .venue_time = {}});
}

}  // namespace botcore::api
