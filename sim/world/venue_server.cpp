#include "sim/world/venue_server.hpp"

#include "sim/world/coverage_marks.hpp"

#include <algorithm>

namespace botcore::sim {

using model::OrderReport;
using model::ReportKind;

VenueServer::VenueServer(Context& context) : context_(context) {
    rebuild_from_start();
}

void VenueServer::rebuild_from_start() {
    ++life_;
    venue_ = std::make_unique<venue::PaperVenue>();
    venue_->set_id_base(life_ * 1'000'000'000'000ULL);
    restored_.clear();
    orders_.clear();
    written_.clear();
    for (const auto& instrument : model::builtin_instruments())
        venue_->define(instrument);
}

namespace {

bool says_taken(ReportKind kind) {
    return kind == ReportKind::Open || kind == ReportKind::Filled || kind == ReportKind::Canceled ||
           kind == ReportKind::Expired;
}

}  // namespace

std::optional<OrderReport> VenueServer::absorb(Reports& reports, const venue::OrderName* asked) {
    std::optional<OrderReport> answer;
    for (auto& report : reports) {
        const venue::OrderName name{report.account, report.instrument, report.id};
        report.venue_time = context_.now();
        if (says_taken(report.kind)) {
            Seen& seen = orders_[name];
            if (seen.taken == model::Timestamp()) seen.taken = context_.now();
            seen.changed = context_.now();
            seen.kind = report.kind;
            if (report.kind != ReportKind::Open) seen.ended = context_.now();
            for (const auto& trade : report.trades) {
                seen.trades.emplace_back(context_.now(), trade);
                context_.checker.on_venue_trade(
                    {name.account, name.instrument, trade.id}, name.id, trade);
            }
            seen.last = report;
            context_.checker.on_venue_order(name.id);
            // The final report contains all trades of the order, like an exchange's cumulative
            // figures.
            if (report.kind != ReportKind::Open) {
                report.trades.clear();
                for (const auto& [time, trade] : seen.trades)
                    report.trades.push_back(trade);
            } else if (!report.trades.empty()) {
                REACHED("order partly filled");
            }
        }
        context_.note("venue " + std::string(to_text(report.kind)) + " " + report.id.text() + " " +
                      std::to_string(report.trades.size()) + " " + report.reason_text);
        if (asked != nullptr && name == *asked && !answer) {
            answer = report;
        } else if (stream_) {
            stream_(report);
        }
    }
    return answer;
}

OrderReport VenueServer::place(const model::OrderInstruction& instruction,
                               model::Timestamp signed_by) {
    const venue::OrderName name{instruction.account, instruction.instrument, instruction.id};
    Reports reports;
    venue_->place(instruction, signed_by, reports);
    auto answer = absorb(reports, &name);
    CHECK(answer.has_value());
    const auto seen = orders_.find(name);
    if (seen != orders_.end()) {
        seen->second.asked = {.side = instruction.side,
                              .type = instruction.type,
                              .time_in_force = instruction.time_in_force,
                              .reduce_only = instruction.reduce_only,
                              .quantity = instruction.quantity,
                              .price = instruction.price,
                              .stop_price = instruction.stop_price,
                              .created = seen->second.taken,
                              .report = {}};
    }
    return *answer;
}

void VenueServer::place_foreign(const model::OrderInstruction& instruction) {
    model::OrderInstruction signed_now = instruction;
    signed_now.attempt = {context_.now(), model::Duration::seconds(2), 1};
    publish(place(signed_now, context_.now()));
}

model::VenueOrder VenueServer::describe(const venue::OrderName& name) {
    model::VenueOrder order = orders_.at(name).asked;
    order.report = query(name, {});
    return order;
}

void VenueServer::change_unreported(const venue::AccountSnapshot& snapshot) {
    Reports reports;
    venue_->restore_account(snapshot, context_.now(), reports);
    CHECK(reports.empty());
}

OrderReport VenueServer::cancel(const model::CancelInstruction& instruction,
                                model::Timestamp signed_by) {
    const venue::OrderName name{instruction.account, instruction.instrument, instruction.id};
    Reports reports;
    venue_->cancel(instruction, signed_by, reports);
    auto answer = absorb(reports, &name);
    CHECK(answer.has_value());
    return *answer;
}

OrderReport VenueServer::query(const venue::OrderName& name, model::Duration lag) {
    const model::Timestamp view = context_.now() - lag;
    const auto place = orders_.find(name);
    if (place == orders_.end() || place->second.taken > view) {
        if (place != orders_.end()) REACHED("query lags: not found");
        OrderReport report;
        report.account = name.account;
        report.instrument = name.instrument;
        report.id = name.id;
        report.kind = ReportKind::NotFound;
        report.reason = model::order_reason(model::RefusalReason::OrderUnknown);
        report.venue_time = context_.now();
        return report;
    }
    const Seen& seen = place->second;
    OrderReport report = seen.last;
    report.venue_time = context_.now();
    report.trades.clear();
    for (const auto& [time, trade] : seen.trades) {
        if (time <= view) report.trades.push_back(trade);
    }
    if (seen.kind != ReportKind::Open && seen.ended > view) {
        REACHED("query lags: older state");
        report.kind = ReportKind::Open;
        report.reason = model::OrderReason::None;
        report.reason_text.clear();
    }
    return report;
}

void VenueServer::restore(const venue::AccountSnapshot& snapshot) {
    restored_[snapshot.account.id] = snapshot.account;
    for (const auto& order : snapshot.live_orders) {
        if (order.state != model::OrderState::Open) continue;
        if (!order.price && !order.stop_price) continue;
        // The order is restored from its row, so that queries find it from now on.
        Seen& seen = orders_[{order.account, order.instrument, order.id}];
        if (seen.taken != model::Timestamp()) continue;
        if (order.reason == model::OrderReason::StopTriggered) REACHED("triggered limit restored");
        seen.taken = context_.now();
        seen.changed = context_.now();
        seen.filled_before = order.filled;
        seen.last.account = order.account;
        seen.last.instrument = order.instrument;
        seen.last.id = order.id;
        seen.last.kind = ReportKind::Open;
        seen.asked = {.side = order.side,
                      .type = order.type,
                      .time_in_force = order.time_in_force,
                      .reduce_only = order.reduce_only,
                      .quantity = order.quantity,
                      .price = order.price,
                      .stop_price = order.stop_price,
                      .created = order.created,
                      .report = {}};
        context_.checker.on_venue_order(order.id);
    }
    Reports reports;
    venue_->restore_account(snapshot, context_.now(), reports);
    (void)absorb(reports, nullptr);
}

void VenueServer::apply(const std::vector<venue::MarketEvent>& events) {
    Reports reports;
    for (const auto& event : events)
        venue_->apply(event, reports);
    (void)absorb(reports, nullptr);
}

std::vector<venue::OrderName> VenueServer::touched_since(const model::AccountId& account,
                                                         model::Timestamp since) const {
    std::vector<venue::OrderName> names;
    for (const auto& [name, seen] : orders_) {
        const bool current = seen.kind == ReportKind::Open || seen.changed >= since;
        if (name.account == account && current) names.push_back(name);
    }
    return names;
}

checkers::VenueTruth VenueServer::truth() const {
    checkers::VenueTruth truth;
    truth.own_books = context_.plan.mode == VenueMode::Exchange;
    for (const auto& [name, seen] : orders_) {
        if (seen.kind != ReportKind::Open) continue;
        model::Quantity filled = seen.filled_before;
        Reports reports;
        venue_->query(name, context_.now(), reports);
        if (reports.front().kind != ReportKind::Open) continue;
        for (const auto& [time, trade] : seen.trades)
            filled += trade.quantity;
        truth.open_orders.push_back({name.account,
                                     name.id,
                                     filled,
                                     reports.front().reason == model::OrderReason::StopTriggered});
    }
    for (const auto& [id, account] : restored_) {
        if (account.market == model::Market::Spot) {
            const auto* balances = venue_->spot_balances(id);
            for (const auto& asset : balances->assets()) {
                truth.money.push_back({id, asset, balances->free(asset) + balances->locked(asset)});
            }
            continue;
        }
        truth.money.push_back({id, account.quote, venue_->wallet(id, account.quote)});
        for (const auto& instrument : model::builtin_instruments()) {
            if (instrument.id.market != model::Market::Futures) continue;
            const auto holding = venue_->holding(id, instrument.id);
            truth.holdings.push_back({id, instrument.id, holding.quantity, holding.cost});
        }
    }
    return truth;
}

}  // namespace botcore::sim
