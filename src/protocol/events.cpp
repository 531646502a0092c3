#include "protocol/events.hpp"

#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "protocol/api_json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace botcore::protocol {

namespace json = boost::json;

namespace {

constexpr std::size_t kKeyEnd = 4;

bool is_failure(const model::Order& order) {
    // A late fact about a failed order is not a second failure.
    return order.reason != model::OrderReason::LateFact && order.filled.is_zero() &&
           order.cancelled_reason.empty() &&
           (order.state == model::OrderState::Refused ||
            order.state == model::OrderState::Rejected || order.state == model::OrderState::Absent);
}

/// Whether a risk rule refused an entry.
bool is_risk_rule(model::OrderReason reason) {
    static constexpr std::array kRules = {model::RefusalReason::LeverageTooHigh,
                                          model::RefusalReason::MaxPositionsExceeded,
                                          model::RefusalReason::StopTooFar,
                                          model::RefusalReason::DailyLossLimit,
                                          model::RefusalReason::DrawdownLimit,
                                          model::RefusalReason::MarginLevelLow,
                                          model::RefusalReason::CooldownActive,
                                          model::RefusalReason::ExposureLimit,
                                          model::RefusalReason::OrderRateLimit};
    return std::find(kRules.begin(), kRules.end(), reason) != kRules.end();
}

std::string_view name_of(model::WindowState state) {
    switch (state) {
        case model::WindowState::Planned:
            return "maintenance_planned";
        case model::WindowState::Noticed:
            return "maintenance_notice";
        case model::WindowState::Draining:
            return "maintenance_draining";
        case model::WindowState::Active:
            return "maintenance_started";
        case model::WindowState::Ramping:
            return "maintenance_ramping";
        case model::WindowState::Watching:
            return "maintenance_ended";
        case model::WindowState::Done:
            return "maintenance_completed";
        case model::WindowState::Canceled:
            return "maintenance_canceled";
    }
    return "maintenance_changed";
}

json::object order_json(const model::Order& order) {
    json::object data = to_api(order);
    data.erase("idempotency_key");
    data["key_end"] = key_end(order.key);
    return data;
}

json::object failure_json(const model::Order& order) {
    json::object data;
    data["code"] = to_text(order.reason);
    data["message"] = order.reason_text;
    data["order_id"] = order.id.text();
    data["exchange"] = to_text(order.instrument.exchange);
    data["market"] = to_text(order.instrument.market);
    data["symbol"] = order.instrument.symbol.text();
    data["side"] = to_text(order.side);
    data["order_type"] = to_text(order.type);
    data["quantity"] = to_text(order.quantity);
    data["price"] = order.price ? json::value(to_text(*order.price)) : json::value(nullptr);
    data["state"] = to_text(order.state);
    data["role"] = to_text(order.role);
    data["key_end"] = key_end(order.key);
    // A failed order is never retried without a request of the owner.
    data["retried"] = false;
    return data;
}

/// Converts the rows of one record to events.
class EventBuilder {
public:
    explicit EventBuilder(const model::Record& record) : record_(record) {}

    std::vector<Event> build() {
        add_input();
        for (const auto& change : record_.outcome.changes)
            std::visit([this](const auto& row) { add_row(row); }, change);
        add_balances();
        return std::move(events_);
    }

private:
    Event& add(std::string_view name, Channel channel) {
        Event event;
        event.name = name;
        event.channel = channel;
        event.sequence = record_.sequence;
        event.index = static_cast<std::uint32_t>(events_.size());
        event.time = record_.input.exchange_time;
        return events_.emplace_back(std::move(event));
    }

    void add_input() {
        if (const auto* start = std::get_if<model::StartEpoch>(&record_.input.body)) {
            Event& event = add("service_started", Channel::System);
            event.data["epoch"] = start->epoch;
            event.data["software"] = start->software;
        } else if (const auto* reset = std::get_if<model::ResetAccount>(&record_.input.body)) {
            if (record_.outcome.postings.empty()) return;  // The request was refused.
            add("portfolio_reset", Channel::Accounts).account = reset->account;
        } else if (const auto* seen = std::get_if<model::ReportReconciled>(&record_.input.body)) {
            add("account_reconciled", Channel::Accounts).account = seen->account;
            log_mismatch(*seen);
        }
    }

    /// Reports amounts that no trade explains, if the comparison froze the account.
    void log_mismatch(const model::ReportReconciled& seen) {
        const bool froze = std::any_of(
            record_.outcome.changes.begin(), record_.outcome.changes.end(), [](const auto& change) {
                const auto* account = std::get_if<model::Account>(&change);
                return account != nullptr &&
                       account->frozen_reason == model::FreezeReason::BooksDiffer;
            });
        if (!froze || !seen.books) return;
        Event& event = add("reconcile_mismatch", Channel::Risk);
        event.account = seen.account;
        json::array balances;
        for (const auto& balance : seen.books->balances) {
            balances.push_back(json::object{{"asset", balance.asset.text()},
                                            {"exchange_total", to_text(balance.total)}});
        }
        json::array positions;
        for (const auto& position : seen.books->positions) {
            positions.push_back(json::object{{"symbol", position.instrument.symbol.text()},
                                             {"exchange_quantity", to_text(position.quantity)},
                                             {"exchange_cost", to_text(position.cost)}});
        }
        event.data["balances"] = std::move(balances);
        event.data["positions"] = std::move(positions);
    }

    void add_row(const model::Account& account) {
        const bool frozen = account.state == model::AccountState::Frozen;
        const bool opened = std::holds_alternative<model::OpenAccount>(record_.input.body);
        Event& event = add(frozen   ? "account_frozen"
                           : opened ? "account_opened"
                                    : "account_updated",
                           Channel::Accounts);
        event.account = account.id;
        event.data = to_api(account);
        event.data.erase("owner");
    }

    void add_row(const model::Instrument& instrument) {
        Event& event = add("instrument_defined", Channel::System);
        event.symbol = instrument.id.symbol;
        event.data["exchange"] = to_text(instrument.id.exchange);
        event.data["market"] = to_text(instrument.id.market);
        event.data["symbol"] = instrument.id.symbol.text();
        event.data["status"] = to_text(instrument.status);
    }

    void add_row(const model::Order& order) {
        Event& event = add("order_updated", Channel::Orders);
        event.account = order.account;
        event.symbol = order.instrument.symbol;
        event.data = order_json(order);
        const bool new_here =
            order.number / model::kOrdersPerInputMax == record_.sequence && order.number != 0;
        if (is_imported(order.role) && new_here) {
            Event& imported = add("order_imported", Channel::Orders);
            imported.account = order.account;
            imported.symbol = order.instrument.symbol;
            imported.data = order_json(order);
        } else if (order.role == model::OrderRole::SafetyExit && new_here) {
            add_risk(order);
            if (order.reason == model::OrderReason::Unprotected) log_failure(order);
        } else if (is_failure(order)) {
            if (is_risk_rule(order.reason)) add_risk(order);
            log_failure(order);
        } else if (order.role == model::OrderRole::StopLoss && !order.trail_distance.is_zero() &&
                   std::holds_alternative<model::Tick>(record_.input.body)) {
            Event& moved = add("trailing_stop_updated", Channel::Orders);
            moved.account = order.account;
            moved.symbol = order.instrument.symbol;
            moved.data["order_id"] = order.id.text();
            moved.data["mark"] = to_text(order.trail_mark);
            moved.data["stop_price"] =
                order.stop_price ? json::value(to_text(*order.stop_price)) : json::value(nullptr);
        }
    }

    void log_failure(const model::Order& order) {
        Event& failure = add("trade_failed", Channel::Trades);
        failure.account = order.account;
        failure.symbol = order.instrument.symbol;
        failure.data = failure_json(order);
    }

    void add_risk(const model::Order& order) {
        Event& risk = add("risk_event", Channel::Risk);
        risk.account = order.account;
        risk.symbol = order.instrument.symbol;
        risk.data["rule"] = to_text(order.reason);
        risk.data["message"] = order.reason_text;
        risk.data["order_id"] = order.id.text();
        risk.data["role"] = to_text(order.role);
    }

    void add_row(const model::Fill& fill) {
        Event& event = add("trade_executed", Channel::Trades);
        event.account = fill.account;
        event.symbol = fill.instrument.symbol;
        event.data = to_api(fill);
        event.data["key_end"] = nullptr;
        for (const auto& change : record_.outcome.changes) {
            const auto* order = std::get_if<model::Order>(&change);
            if (order != nullptr && order->id == fill.order_id) {
                event.data["key_end"] = key_end(order->key);
            }
        }
    }

    void add_row(const model::Position& position) {
        // If the position was not updated in this record, only the reservation of its orders has
        // changed.
        if (position.updated != record_.input.exchange_time) return;
        // The previous quantity is the current one without the fills of this record.
        model::Quantity before = position.quantity;
        for (const auto& change : record_.outcome.changes) {
            const auto* fill = std::get_if<model::Fill>(&change);
            if (fill == nullptr || fill->account != position.account ||
                fill->instrument != position.instrument) {
                continue;
            }
            before -= fill->side == model::Side::Buy ? fill->trade.quantity : -fill->trade.quantity;
        }
        const bool flat_before = before.is_zero();
        const bool flat_now = position.quantity.is_zero();
        Event& event = add(flat_before && !flat_now   ? "position_opened"
                           : !flat_before && flat_now ? "position_closed"
                                                      : "position_updated",
                           Channel::Positions);
        event.account = position.account;
        event.symbol = position.instrument.symbol;
        event.data = to_api(position);
    }

    void add_row(const model::KeyEntry& /*key*/) {}

    void add_row(const model::RiskState& risk) {
        const auto& input = record_.input;
        const bool cooling = risk.cooldown_until > input.monotonic_time;
        const auto until = input.exchange_time + (risk.cooldown_until - input.monotonic_time);
        Event& event = add(cooling ? "cooldown_activated" : "risk_updated", Channel::Risk);
        event.account = risk.account;
        event.data["losses_in_a_row"] = risk.losses_in_a_row;
        event.data["equity_peak"] = to_text(risk.equity_peak);
        event.data["cooldown_until"] =
            cooling ? json::value(base::to_iso8601(until)) : json::value(nullptr);
    }

    void add_row(const model::OperatingState& state) {
        add("mode_changed", Channel::Maintenance).data = to_api(state);
    }

    void add_row(const model::MaintenanceWindow& window) {
        add(name_of(window.state), Channel::Maintenance).data = to_api(window);
    }

    /// One event for each account and asset of which the owner's books changed. The record contains
    /// the changes, not the resulting balance.
    void add_balances() {
        std::map<std::pair<model::AccountId, model::Asset>, json::object> moved;
        for (const auto& posting : record_.outcome.postings) {
            if (posting.book > model::Book::Margin || posting.amount.is_zero()) continue;
            moved[{posting.account, posting.asset}][to_text(posting.book)] =
                to_text(posting.amount);
        }
        for (auto& [place, changes] : moved) {
            Event& event = add("balance_updated", Channel::Balances);
            event.account = place.first;
            event.data["asset"] = place.second.text();
            event.data["changes"] = std::move(changes);
        }
    }

    const model::Record& record_;
    std::vector<Event> events_;
};

Event of_the_moment(std::string_view name, Channel channel, base::Timestamp now) {
    Event event;
    event.name = name;
    event.channel = channel;
    event.time = now;
    return event;
}

}  // namespace

std::vector<Event> events_of(const model::Record& record) {
    return EventBuilder(record).build();
}

std::string render(const Event& event) {
    json::object body;
    body["type"] = "event";
    body["event"] = event.name;
    const bool numbered = event.sequence != 0;
    body["sequence"] = numbered ? json::value(event.sequence) : json::value(nullptr);
    body["index"] = numbered ? json::value(event.index) : json::value(nullptr);
    body["timestamp"] = base::to_iso8601(event.time);
    body["account"] =
        event.account.empty() ? json::value(nullptr) : json::value(event.account.text());
    body["data"] = event.data;
    return base::escaped(json::serialize(body));
}

std::string key_end(const model::IdempotencyKey& key) {
    const std::string& text = key.text();
    // The last characters of a short key would be nearly the whole key.
    return text.size() < 2 * kKeyEnd ? std::string() : text.substr(text.size() - kKeyEnd);
}

std::string_view to_text(Channel channel) {
    switch (channel) {
        case Channel::Orders:
            return "orders";
        case Channel::Trades:
            return "trades";
        case Channel::Positions:
            return "positions";
        case Channel::Balances:
            return "balances";
        case Channel::Accounts:
            return "accounts";
        case Channel::Risk:
            return "risk";
        case Channel::System:
            return "system";
        case Channel::Maintenance:
            return "maintenance";
        case Channel::Prices:
            return "prices";
    }
    return "?";
}

std::optional<Channel> parse_channel(std::string_view text) {
    const auto* place = std::find_if(kChannels.begin(), kChannels.end(), [&](Channel channel) {
        return to_text(channel) == text;
    });
    if (place == kChannels.end()) return std::nullopt;
    return *place;
}

Event price_update(const model::Quote& quote, base::Duration age_max, base::Timestamp now) {
    Event event = of_the_moment("price_update", Channel::Prices, now);
    event.symbol = quote.instrument.symbol;
    event.data = to_api(quote);
    event.data["stale"] = quote.source == model::MarketSource::None || quote.age > age_max;
    return event;
}

Event health_changed(const HealthChange& change, base::Timestamp now) {
    Event event = of_the_moment("health_changed", Channel::System, now);
    event.data["check"] = change.check;
    event.data["before"] = change.before;
    event.data["after"] = change.after;
    event.data["message"] = change.message;
    return event;
}

Event connection_error(const ConnectionProblem& trouble, base::Timestamp now) {
    Event event = of_the_moment("connection_error", Channel::System, now);
    event.data["peer"] = trouble.peer;
    event.data["message"] = trouble.message;
    event.data["recovered"] = trouble.recovered;
    return event;
}

Event analysis_timeout(const model::Symbol& symbol, base::Duration limit, base::Timestamp now) {
    Event event = of_the_moment("analysis_timeout", Channel::System, now);
    event.symbol = symbol;
    event.data["symbol"] = symbol.text();
    event.data["limit_ms"] = limit.in_milliseconds();
    event.data["message"] = "the analysis timed out; no decision was based on it";
    return event;
}

Event consistency_checked(const ConsistencyReport& report, base::Timestamp now) {
    Event event = of_the_moment("consistency_checked", Channel::System, now);
    event.data["result"] = report.result;
    event.data["message"] = "the report is in the log and in the file of the consistency check";
    return event;
}

Event maintenance_banner(const MaintenanceAnnouncement& word, base::Timestamp now) {
    Event event = of_the_moment("maintenance_banner", Channel::Maintenance, now);
    event.data["window"] = word.window;
    event.data["news"] = word.news;
    event.data["message"] = word.message;
    event.data["banner"] = word.banner.empty() ? json::value(nullptr) : json::value(word.banner);
    return event;
}

Event incident_changed(const IncidentChange& change, base::Timestamp now) {
    Event event = of_the_moment("incident_changed", Channel::System, now);
    event.data["incident"] = change.number;
    event.data["severity"] = change.severity;
    event.data["state"] = change.state;
    event.data["began"] = base::to_iso8601(change.began);
    return event;
}

Event heartbeat(model::Sequence head, base::Timestamp now) {
    Event event = of_the_moment("heartbeat", Channel::System, now);
    event.data["head"] = head;
    return event;
}

std::optional<Event> transient_refusal(const model::InputBody& body,
                                       const model::Refusal& refusal,
                                       base::Timestamp now) {
    Event event = of_the_moment("trade_failed", Channel::Trades, now);
    std::string end;
    if (const auto* place = std::get_if<model::PlaceOrder>(&body)) {
        event.account = place->account;
        event.symbol = place->instrument.symbol;
        end = key_end(place->origin.key);
    } else if (const auto* close = std::get_if<model::ClosePosition>(&body)) {
        event.account = close->account;
        event.symbol = close->instrument.symbol;
        end = key_end(close->origin.key);
    } else {
        return std::nullopt;
    }
    event.data["code"] = to_text(refusal.reason);
    event.data["message"] = refusal.text;
    event.data["order_id"] = nullptr;
    event.data["symbol"] = event.symbol.text();
    event.data["key_end"] = end;
    event.data["retried"] = false;
    return event;
}

}  // namespace botcore::protocol
