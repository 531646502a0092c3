#include "protocol/api_json.hpp"

#include "base/check.hpp"
#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/reply_status.hpp"

#include <boost/json/serialize.hpp>
#include <simdjson.h>

#include <charconv>
#include <optional>

namespace botcore::protocol {

namespace json = boost::json;

std::string success_body(json::value data, base::Timestamp now) {
    json::object body;
    body["data"] = std::move(data);
    body["timestamp"] = base::to_iso8601(now);
    return base::escaped(json::serialize(body));
}

namespace {

/// Error bodies repeat header values, which may contain any bytes; a JSON body must still be UTF-8.
std::string as_utf8(std::string_view text) {
    std::string out(text);
    if (simdjson::validate_utf8(out)) return out;
    for (char& c : out) {
        if (static_cast<std::uint8_t>(c) >= 0x80) c = '?';
    }
    return out;
}

}  // namespace

std::string error_body(ErrorText error, base::Timestamp now) {
    for (auto& [name, detail] : error.details) {
        if (detail.is_string()) detail = as_utf8(detail.get_string());
    }
    error.details["retries"] = error.retries;
    if (const auto* row = find_error_code(error.code)) {
        error.details["last_error"] = row->cause;
        error.details["next_step"] = row->next_step;
    }
    if (!error.last_error.empty()) error.details["last_error"] = as_utf8(error.last_error);
    json::object inner;
    inner["code"] = error.code;
    inner["message"] = as_utf8(error.message);
    inner["details"] = std::move(error.details);
    inner["request_id"] = error.request_id;
    inner["timestamp"] = base::to_iso8601(now);
    json::object body;
    body["error"] = std::move(inner);
    return base::escaped(json::serialize(body));
}

std::string order_path(const model::AccountId& account, const model::ClientOrderId& order) {
    return "/api/accounts/" + account.text() + "/orders/" + order.text();
}

namespace {

/// The exchange's name of the order's state. The exchange has a separate state for a partly filled
/// order.
std::string_view status_text(const model::Order& order) {
    switch (order.state) {
        case model::OrderState::Intended:
            return "PENDING";
        case model::OrderState::Open:
            return order.filled.is_zero() ? "NEW" : "PARTIALLY_FILLED";
        case model::OrderState::Filled:
            return "FILLED";
        case model::OrderState::Canceled:
            return "CANCELED";
        case model::OrderState::Expired:
            return "EXPIRED";
        case model::OrderState::Rejected:
            return "REJECTED";
        case model::OrderState::Refused:
            return "REFUSED";
        case model::OrderState::Unknown:
            return "UNKNOWN";
        case model::OrderState::Absent:
            return "ABSENT";
        case model::OrderState::Queued:
            return "QUEUED";
    }
    return "UNKNOWN";
}

json::value average_or_null(model::Money cost, model::Quantity quantity) {
    if (quantity.is_zero()) return nullptr;
    const auto price = model::average_price(cost, quantity);
    return price ? json::value(to_text(price.value())) : json::value(nullptr);
}

json::object trailing(const model::Order& order) {
    json::object object;
    object["activation"] = to_text(order.trail_activation);
    object["distance"] = to_text(order.trail_distance);
    object["best_price"] =
        order.trail_mark.is_zero() ? json::value(nullptr) : json::value(to_text(order.trail_mark));
    object["starts_at"] = order.trail_start.is_zero() ? json::value(nullptr)
                                                      : json::value(to_text(order.trail_start));
    return object;
}

}  // namespace

json::object to_api(const model::Order& order) {
    json::object object;
    object["order_id"] = order.id.text();
    object["account"] = order.account.text();
    object["exchange"] = to_text(order.instrument.exchange);
    object["market"] = to_text(order.instrument.market);
    object["symbol"] = order.instrument.symbol.text();
    object["side"] = to_text(order.side);
    object["type"] = to_text(order.type);
    object["time_in_force"] = to_text(order.time_in_force);
    object["reduce_only"] = order.reduce_only == model::ReduceOnly::Yes;
    object["quantity"] = to_text(order.quantity);
    object["price"] = text_or_null(order.price);
    object["stop_price"] = text_or_null(order.stop_price);
    object["status"] = status_text(order);
    object["cancel_pending"] =
        order.cancel != model::CancelState::None && model::is_live(order.state);
    object["executed_quantity"] = to_text(order.filled);
    object["executed_price"] = average_or_null(order.filled_notional, order.filled);
    object["executed_notional"] = to_text(order.filled_notional);
    object["reserved"] = to_text(order.reserved);
    object["reserved_asset"] = order.reserved_asset.text();
    object["reason"] = order.reason == model::OrderReason::None
                           ? json::value(nullptr)
                           : json::value(to_text(order.reason));
    object["reason_text"] = order.reason_text;
    object["cancelled_reason"] =
        order.cancelled_reason.empty() ? json::value(nullptr) : json::value(order.cancelled_reason);
    object["exchange_order_id"] = order.venue_order_id;
    object["role"] = to_text(order.role);
    object["parent"] =
        order.parent == 0 ? json::value(nullptr) : json::value(std::to_string(order.parent));
    object["number"] = std::to_string(order.number);
    object["stop_loss"] = text_or_null(order.stop_loss);
    object["take_profit"] = text_or_null(order.take_profit);
    object["trailing"] = order.trail_distance.is_zero() ? json::value(nullptr) : trailing(order);
    object["queued_until"] = order.queue_until == base::Timestamp()
                                 ? json::value(nullptr)
                                 : json::value(base::to_iso8601(order.queue_until));
    object["idempotency_key"] = order.key.text();
    object["created_at"] = base::to_iso8601(order.created);
    object["updated_at"] = base::to_iso8601(order.updated);
    object["sequence"] = order.sequence;
    object["version"] = order.version;
    return object;
}

json::object to_api(const model::Fill& fill) {
    json::object object;
    object["trade_id"] = fill.trade.id;
    object["order_id"] = fill.order_id.text();
    object["account"] = fill.account.text();
    object["exchange"] = to_text(fill.instrument.exchange);
    object["market"] = to_text(fill.instrument.market);
    object["symbol"] = fill.instrument.symbol.text();
    object["side"] = to_text(fill.side);
    object["price"] = to_text(fill.trade.price);
    object["quantity"] = to_text(fill.trade.quantity);
    object["commission"] = to_text(fill.trade.fee);
    object["commission_asset"] = fill.trade.fee_asset.text();
    object["maker"] = fill.trade.maker;
    object["realized_pnl"] = to_text(fill.realized_profit);
    object["time"] = base::to_iso8601(fill.trade.time);
    object["sequence"] = fill.sequence;
    return object;
}

json::object to_api(const model::Account& account) {
    json::object object;
    object["account"] = account.id.text();
    object["owner"] = account.owner.text();
    object["market"] = to_text(account.market);
    object["kind"] = to_text(account.kind);
    object["state"] = to_text(account.state);
    object["frozen_reason"] = account.frozen_reason == model::FreezeReason::None
                                  ? json::value(nullptr)
                                  : json::value(to_text(account.frozen_reason));
    object["quote_asset"] = account.quote.text();
    object["initial_deposit"] = to_text(account.initial_deposit);
    object["created_at"] = base::to_iso8601(account.created);
    object["version"] = account.version;
    return object;
}

json::object to_api(const model::Position& position) {
    json::object object;
    object["account"] = position.account.text();
    object["exchange"] = to_text(position.instrument.exchange);
    object["market"] = to_text(position.instrument.market);
    object["symbol"] = position.instrument.symbol.text();
    object["side"] = position.quantity.is_zero()       ? "FLAT"
                     : position.quantity.is_negative() ? "SHORT"
                                                       : "LONG";
    object["quantity"] = to_text(position.quantity);
    object["entry_price"] = average_or_null(position.cost, position.quantity);
    object["cost"] = to_text(position.cost);
    object["margin"] = to_text(position.margin);
    object["leverage"] = to_text(position.leverage);
    object["realized_pnl"] = to_text(position.realized_profit);
    object["round_pnl"] = to_text(position.round_profit);
    object["unprotected"] = to_text(position.unprotected);
    object["protect_by"] = position.unprotected.is_zero()
                               ? json::value(nullptr)
                               : json::value(base::to_iso8601(position.protect_by));
    object["opened_at"] = position.quantity.is_zero()
                              ? json::value(nullptr)
                              : json::value(base::to_iso8601(position.opened));
    object["updated_at"] = base::to_iso8601(position.updated);
    object["version"] = position.version;
    return object;
}

json::object to_api(const model::OperatingState& state) {
    json::object object;
    object["mode"] = to_text(state.mode);
    object["since"] = base::to_iso8601(state.since);
    object["until"] = state.until == base::Timestamp() ? json::value(nullptr)
                                                       : json::value(base::to_iso8601(state.until));
    object["text"] = state.text;
    object["version"] = state.version;
    return object;
}

json::object to_api(const model::MaintenanceWindow& window) {
    json::object object;
    object["window"] = window.id;
    object["begin"] = base::to_iso8601(window.begin);
    object["end"] = base::to_iso8601(window.end);
    object["state"] = to_text(window.state);
    object["emergency"] = window.emergency;
    object["text"] = window.text;
    object["updated_at"] = base::to_iso8601(window.updated);
    object["version"] = window.version;
    return object;
}

json::object to_api(const model::Quote& quote) {
    const auto price_or_null = [](model::Price price) {
        return price.is_zero() ? json::value(nullptr) : json::value(to_text(price));
    };
    json::object object;
    object["exchange"] = to_text(quote.instrument.exchange);
    object["market"] = to_text(quote.instrument.market);
    object["symbol"] = quote.instrument.symbol.text();
    object["bid"] = price_or_null(quote.bid);
    object["ask"] = price_or_null(quote.ask);
    object["last"] = price_or_null(quote.last);
    object["age_ms"] = quote.age.in_milliseconds();
    object["source"] = to_text(quote.source);
    return object;
}

namespace {

json::array ids(const std::vector<model::ClientOrderId>& orders) {
    json::array list;
    for (const auto& id : orders)
        list.emplace_back(id.text());
    return list;
}

json::object failed_exit(const model::FailedExit& exit) {
    json::object object;
    object["order_id"] = exit.order.text();
    object["symbol"] = exit.symbol.text();
    object["state"] = to_text(exit.state);
    object["quantity"] = to_text(exit.quantity);
    object["executed_quantity"] = to_text(exit.filled);
    object["code"] = to_text(exit.reason);
    object["message"] = exit.text;
    const auto code = exchange_code(exit.text);
    object["exchange_code"] = code ? json::value(*code) : json::value(nullptr);
    return object;
}

}  // namespace

json::object to_api(const model::OrdersTouched& touched) {
    json::object object;
    object["account"] = touched.account.text();
    object["cancels"] = ids(touched.cancels);
    object["exits"] = ids(touched.exits);
    object["pending"] = ids(touched.pending);
    json::array failed;
    for (const auto& exit : touched.failed)
        failed.push_back(failed_exit(exit));
    object["failed"] = std::move(failed);
    json::array deferred;
    for (const auto& instrument : touched.deferred)
        deferred.push_back(json::value(instrument.symbol.text()));
    object["deferred"] = std::move(deferred);
    return object;
}

namespace {

struct Rendered {
    std::string_view request_id;
    base::Timestamp now;

    std::string operator()(const model::Refusal& refusal) const {
        json::object details;
        if (!refusal.order.empty()) details["order_id"] = refusal.order.text();
        if (refusal.reason == model::RefusalReason::VersionConflict)
            details["version"] = refusal.version;
        return error_body({.code = to_text(refusal.reason),
                           .message = refusal.text,
                           .request_id = request_id,
                           .details = std::move(details)},
                          now);
    }

    std::string operator()(const model::Order& order) const {
        if (status_of(model::Reply(order)) == 200) return success_body(to_api(order), now);
        json::object details;
        details["order_id"] = order.id.text();
        details["order"] = order_path(order.account, order.id);
        details["status"] = status_text(order);
        const auto code = exchange_code(order.reason_text);
        if (code) details["exchange_code"] = *code;
        return error_body(
            {.code = to_text(order.reason),
             .message = order.reason_text,
             .request_id = request_id,
             .details = std::move(details),
             .retries = order.attempt.number > 1 ? order.attempt.number - 1 : 0,
             .last_error = code ? std::string_view(order.reason_text) : std::string_view()},
            now);
    }

    std::string operator()(const model::Account& account) const {
        return success_body(to_api(account), now);
    }

    std::string operator()(const model::Position& position) const {
        return success_body(to_api(position), now);
    }

    std::string operator()(const model::Transferred& transferred) const {
        json::object data;
        data["from"] = transferred.from.id.text();
        data["to"] = transferred.to.id.text();
        data["asset"] = transferred.asset.text();
        data["amount"] = to_text(transferred.amount);
        return success_body(std::move(data), now);
    }

    std::string operator()(const model::OrdersTouched& touched) const {
        if (!model::did_nothing(touched)) return success_body(to_api(touched), now);
        const model::FailedExit& first = touched.failed.front();
        json::object details = to_api(touched);
        details.erase("account");
        details.erase("pending");
        return error_body(
            {.code = to_text(first.reason),
             .message = "no exit closed any quantity; the first error: " +
                        (first.text.empty() ? std::string(to_text(first.reason)) : first.text),
             .request_id = request_id,
             .details = std::move(details)},
            now);
    }

    std::string operator()(const model::OperatingState& state) const {
        return success_body(to_api(state), now);
    }

    std::string operator()(const model::MaintenanceWindow& window) const {
        return success_body(to_api(window), now);
    }

    std::string operator()(const model::GivenUp& given_up) const {
        return success_body(to_api(given_up.order), now);
    }
};

}  // namespace

std::string render(const model::Reply& reply, std::string_view request_id, base::Timestamp now) {
    return std::visit(Rendered{request_id, now}, reply);
}

std::optional<std::int64_t> exchange_code(std::string_view text) {
    if (!text.starts_with('-')) return std::nullopt;
    std::int64_t code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    const bool whole =
        error == std::errc() && (end == text.data() + text.size() || *end == ' ' || *end == ':');
    return whole ? std::optional(code) : std::nullopt;
}

std::string render_pending(const model::Order& order, base::Timestamp now) {
    json::object data = to_api(order);
    data["status_link"] = order_path(order.account, order.id);
    return success_body(std::move(data), now);
}

std::string render_pending(const model::OrdersTouched& touched, base::Timestamp now) {
    return success_body(to_api(touched), now);
}

namespace {

struct FailedRequestText {
    std::string_view code;
    std::string_view message;
};

FailedRequestText text_of(model::RequestFailure failure) {
    using model::RequestFailure;
    switch (failure) {
        case RequestFailure::OutcomeUnknown:
            return {"OUTCOME_UNKNOWN",
                    "the store failed while this was being recorded; repeat the request with the "
                    "same idempotency key, it is never executed twice"};
        case RequestFailure::TooLate:
            return {"TIMEOUT",
                    "the request waited until its deadline and was not executed; repeat it with "
                    "the same idempotency key"};
        case RequestFailure::Unavailable:
            return {"SERVICE_UNAVAILABLE",
                    "the store cannot be reached now, nothing was done; try again shortly"};
        case RequestFailure::Overloaded:
            return {"OVERLOADED",
                    "too many requests wait already, nothing was done; try again shortly"};
        case RequestFailure::KeyReused:
            return {"IDEMPOTENCY_KEY_REUSED",
                    "this idempotency key belongs to another request; use a new key"};
        case RequestFailure::KeyExpired:
            return {"IDEMPOTENCY_KEY_EXPIRED",
                    "the request under this key was executed once, and its reply is not stored any "
                    "more; nothing was executed again"};
        case RequestFailure::InProgress:
            return {"REQUEST_IN_PROGRESS",
                    "the request under this key is still in progress; read status_link or try "
                    "again later"};
    }
    CHECK(false);
}

}  // namespace

std::string render(const model::FailedRequest& failed, base::Timestamp now) {
    const FailedRequestText text = text_of(failed.failure);
    boost::json::object details;
    const bool expired = failed.failure == model::RequestFailure::KeyExpired;
    if (expired && !failed.order.empty()) details["order_id"] = failed.order.text();
    if (!failed.account.empty()) details["status_link"] = order_path(failed.account, failed.order);
    return error_body({.code = text.code,
                       .message = text.message,
                       .request_id = failed.request_id,
                       .details = std::move(details)},
                      now);
}

}  // namespace botcore::protocol
