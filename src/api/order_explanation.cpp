#include "api/order_explanation.hpp"

#include "base/time_text.hpp"
#include "protocol/api_json.hpp"
#include "protocol/journal.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace botcore::api {

namespace json = boost::json;

namespace {

/// The highest number of steps of an explanation. No real order has more; the limit ends a loop in
/// damaged data.
constexpr std::size_t kStepsMax = 10'000;

std::string attempt_text(const model::Attempt& attempt) {
    return fmt::format("attempt {} stamped {} with a window of {} ms",
                       attempt.number,
                       base::to_iso8601(attempt.time),
                       attempt.window.in_milliseconds());
}

std::string quote_text(const model::Quote& quote) {
    if (quote.source == model::MarketSource::None) return "no price was known";
    return fmt::format("the {} market showed bid {} and ask {}, {} ms old",
                       to_text(quote.source),
                       to_text(quote.bid),
                       to_text(quote.ask),
                       quote.age.in_milliseconds());
}

std::string request_text(const model::Order& order) {
    std::string text = fmt::format("{} {} {} on the {} market, {}",
                                   to_text(order.side),
                                   to_text(order.quantity),
                                   order.instrument.symbol.text(),
                                   to_text(order.instrument.market),
                                   to_text(order.type));
    if (order.price) {
        text += fmt::format(" at {} {}", to_text(*order.price), to_text(order.time_in_force));
    }
    if (order.reduce_only == model::ReduceOnly::Yes) text += ", reduce-only";
    return text;
}

/// Describes the result of the order's first record.
std::string birth_text(const model::Order& order) {
    if (order.state == model::OrderState::Refused) {
        return fmt::format("It was refused with {}: {}. Nothing was sent to the exchange.",
                           to_text(order.reason),
                           order.reason_text);
    }
    return fmt::format(
        "{} {} was reserved and the intent recorded with {}; once that was on disk, the order was "
        "sent.",
        to_text(order.reserved),
        order.reserved_asset.text(),
        attempt_text(order.attempt));
}

std::string report_kind_text(const model::OrderReport& report) {
    switch (report.kind) {
        case model::ReportKind::Open:
            return "The exchange has the order in its book";
        case model::ReportKind::Filled:
            return "The exchange reports the order as filled";
        case model::ReportKind::Canceled:
            return "The exchange reports the order as canceled";
        case model::ReportKind::Expired:
            return "The exchange reports the order as expired";
        case model::ReportKind::Rejected:
            return "The exchange rejected the order";
        case model::ReportKind::NotSent:
            return "The request was provably never sent";
        case model::ReportKind::NoAnswer:
            return "The request was sent and no reply arrived";
        case model::ReportKind::NotFound:
            return "A query at the exchange did not find the order";
        case model::ReportKind::CancelNotOpen:
            return "The exchange found no open order to cancel, which proves nothing about fills";
        case model::ReportKind::CancelNoAnswer:
            return "The cancel was sent and no reply arrived";
        case model::ReportKind::CancelNotSent:
            return "The cancel was provably never sent";
    }
    return "A report was received";
}

std::string fills_text(const std::vector<model::Fill>& fills) {
    std::string text;
    for (const auto& fill : fills) {
        text += fmt::format(" Trade {}: {} at {}, fee {} {}",
                            fill.trade.id,
                            to_text(fill.trade.quantity),
                            to_text(fill.trade.price),
                            to_text(fill.trade.fee),
                            fill.trade.fee_asset.text());
        if (!fill.realized_profit.is_zero()) {
            text += fmt::format(", realized profit {}", to_text(fill.realized_profit));
        }
        text += ".";
    }
    return text;
}

std::string state_text(const model::Order& order) {
    std::string text = fmt::format(" The order is now {}", to_text(order.state));
    if (!order.filled.is_zero()) {
        text += fmt::format(", {} of {} filled", to_text(order.filled), to_text(order.quantity));
    }
    if (order.cancel != model::CancelState::None) {
        text += fmt::format(", its cancel is {}", to_text(order.cancel));
    }
    return text + ".";
}

struct StepText {
    const ExplanationStep& step;

    std::string operator()(const model::PlaceOrder& body) const {
        return fmt::format("'{}' requested under key '{}' to {}; {}. {}",
                           body.origin.owner.text(),
                           body.origin.key.text(),
                           request_text(step.order),
                           quote_text(body.quote),
                           birth_text(step.order));
    }

    std::string operator()(const model::ClosePosition& body) const {
        return fmt::format(
            "'{}' requested under key '{}' to close the position, which became {}; {}. "
            "{}",
            body.origin.owner.text(),
            body.origin.key.text(),
            request_text(step.order),
            quote_text(body.quote),
            birth_text(step.order));
    }

    std::string operator()(const model::CancelOrder& body) const {
        if (model::is_failed(step.order.state)) {
            return fmt::format(
                "'{}' abandoned the failed order under key '{}': {}. Nothing was sent.",
                body.origin.owner.text(),
                body.origin.key.text(),
                body.reason);
        }
        return fmt::format(
            "'{}' requested under key '{}' to cancel the order; the cancel was recorded "
            "with {} and then sent.{}",
            body.origin.owner.text(),
            body.origin.key.text(),
            attempt_text(step.order.cancel_attempt),
            state_text(step.order));
    }

    std::string operator()(const model::ReportOrder& body) const {
        std::string text = report_kind_text(body.report);
        if (!body.report.venue_order_id.empty()) {
            text += fmt::format(" (exchange order id: {})", body.report.venue_order_id);
        }
        if (!body.report.reason_text.empty()) text += ": " + body.report.reason_text;
        return text + "." + fills_text(step.fills) + state_text(step.order);
    }

    std::string operator()(const model::ReportFoundOrder& body) const {
        const auto& report = body.order.report;
        std::string text =
            step.order.prior_sequence != 0 ? "A comparison with the exchange reported the order"
            : step.order.role == model::OrderRole::Orphan
                ? "A comparison found the order at the exchange: it has an id of this system, but "
                  "no record exists for it; it was imported and the account was frozen"
                : "A comparison found the order at the exchange: it was not placed by this system; "
                  "it was imported";
        text += fmt::format(" (exchange order id: {})", report.venue_order_id);
        if (step.order.prior_sequence == 0) text += ": " + request_text(step.order);
        return text + "." + fills_text(step.fills) + state_text(step.order);
    }

    std::string operator()(const model::StartEpoch& body) const {
        return fmt::format(
            "The program began term {}. The outcome of requests that were sent without a reply is "
            "unknown; nothing is sent again, and the exchange is queried.{}",
            body.epoch,
            state_text(step.order));
    }

    std::string operator()(const model::ReportReconciled&) const {
        return "The account was compared with its exchange." + state_text(step.order);
    }

    template <class Body>
    std::string operator()(const Body&) const {
        return fmt::format("The order was changed by a record of the kind {}.{}",
                           std::string(model::kind_of(step.record.input.body)),
                           state_text(step.order));
    }
};

/// Extracts the order and its fills from the record. Returns false when the record does not contain
/// the order.
bool take_order(ExplanationStep& step, const model::ClientOrderId& id) {
    bool found = false;
    for (const auto& change : step.record.outcome.changes) {
        if (const auto* order = std::get_if<model::Order>(&change); order && order->id == id) {
            step.order = *order;
            found = true;
        } else if (const auto* fill = std::get_if<model::Fill>(&change);
                   fill && fill->order_id == id) {
            step.fills.push_back(*fill);
        }
    }
    return found;
}

}  // namespace

ports::StoreResult<std::vector<ExplanationStep>> explanation_of(ports::StoreReader& reader,
                                                                const model::Order& order) {
    std::vector<ExplanationStep> explanation;
    model::Sequence sequence = order.sequence;
    while (sequence != 0 && explanation.size() < kStepsMax) {
        const auto entries = TRY(reader.journal(sequence, 1));
        if (entries.empty() || entries.front().sequence != sequence) {
            return base::Failure{ports::StoreError::Corrupt};
        }
        auto record = protocol::decode_record(entries.front().bytes);
        if (!record) return base::Failure{ports::StoreError::Corrupt};
        ExplanationStep step{.record = std::move(record).value(),
                             .hash = entries.front().hash,
                             .order = {},
                             .fills = {},
                             .text = {}};
        if (!take_order(step, order.id)) return base::Failure{ports::StoreError::Corrupt};
        if (step.order.prior_sequence >= sequence) return base::Failure{ports::StoreError::Corrupt};
        sequence = step.order.prior_sequence;
        step.text = std::visit(StepText{step}, step.record.input.body);
        explanation.push_back(std::move(step));
    }
    std::reverse(explanation.begin(), explanation.end());
    return explanation;
}

json::array to_api(const std::vector<ExplanationStep>& explanation) {
    json::array list;
    for (const auto& step : explanation) {
        json::object attempt;
        attempt["number"] = step.order.attempt.number;
        attempt["time"] = base::to_iso8601(step.order.attempt.time);
        attempt["window_ms"] = step.order.attempt.window.in_milliseconds();
        json::array fills;
        for (const auto& fill : step.fills)
            fills.push_back(protocol::to_api(fill));
        json::object item;
        item["sequence"] = step.record.sequence;
        item["time"] = base::to_iso8601(step.record.input.exchange_time);
        item["kind"] = model::kind_of(step.record.input.body);
        item["text"] = step.text;
        item["state"] = to_text(step.order.state);
        item["cancel"] = to_text(step.order.cancel);
        item["executed_quantity"] = to_text(step.order.filled);
        item["reserved"] = to_text(step.order.reserved);
        item["version"] = step.order.version;
        item["attempt"] =
            step.order.attempt.number == 0 ? json::value(nullptr) : json::value(std::move(attempt));
        item["trades"] = std::move(fills);
        item["epoch"] = step.record.epoch;
        item["hash"] = protocol::to_hex(step.hash);
        list.push_back(std::move(item));
    }
    return list;
}

}  // namespace botcore::api
