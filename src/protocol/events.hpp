#pragma once

/// The events that subscribers receive: a list of events for each journal record, as a pure
/// function of the record, and their JSON.
///
/// V1  An event is identified by the sequence number of its record and its index among the events
///     of that record. Both are permanent: the same record, read back from the journal, gives the
///     same bytes.
/// V2  Sequence numbers have gaps where a record has no events.
/// V3  Transient events (prices, health) have no sequence number and cannot be requested again.

#include "base/time.hpp"
#include "model/record.hpp"
#include "model/reply.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::protocol {

/// What a subscriber can subscribe to.
enum class Channel : std::uint8_t {
    Orders,
    Trades,
    Positions,
    Balances,
    Accounts,
    Risk,
    System,       ///< Terms, instruments, health, connections: for all subscribers.
    Maintenance,  ///< For all subscribers.
    Prices,
};

inline constexpr std::array kChannels = {Channel::Orders,
                                         Channel::Trades,
                                         Channel::Positions,
                                         Channel::Balances,
                                         Channel::Accounts,
                                         Channel::Risk,
                                         Channel::System,
                                         Channel::Maintenance,
                                         Channel::Prices};

struct Event {
    std::string_view name;  ///< Points to a literal such as "order_updated".
    Channel channel = Channel::System;
    model::Sequence sequence = 0;  ///< 0: a transient event, without a number.
    std::uint32_t index = 0;       ///< The index among the events of the record.
    base::Timestamp time;
    model::AccountId account;  ///< Empty if the event is not about one account.
    model::Symbol symbol;      ///< Empty if the event is not about one symbol.
    boost::json::object data;
};

/// The events of one record, in order.
[[nodiscard]] std::vector<Event> events_of(const model::Record& record);

/// `{"type":"event","event","sequence","index","timestamp","account","data"}`; sequence, index and
/// account are null if the event has none. Amounts are decimal texts.
[[nodiscard]] std::string render(const Event& event);

/// The last four characters of an idempotency key: enough to recognize one's own key, not to use
/// it.
[[nodiscard]] std::string key_end(const model::IdempotencyKey& key);

[[nodiscard]] std::string_view to_text(Channel channel);
[[nodiscard]] std::optional<Channel> parse_channel(std::string_view text);

// Transient events.

/// The prices of one instrument; `stale` if they are too old for an entry.
[[nodiscard]] Event price_update(const model::Quote& quote,
                                 base::Duration age_max,
                                 base::Timestamp now);

/// The result of a health check changed: for example "exchange", "healthy", "unhealthy".
struct HealthChange {
    std::string_view check;
    std::string_view before;
    std::string_view after;
    std::string_view message;
};

[[nodiscard]] Event health_changed(const HealthChange& change, base::Timestamp now);

/// A connection to another service was lost or restored.
struct ConnectionProblem {
    std::string_view peer;  ///< "exchange", "market_data", "cache".
    std::string_view message;
    bool recovered = false;
};

[[nodiscard]] Event connection_error(const ConnectionProblem& trouble, base::Timestamp now);

/// An analysis exceeded its time limit; no decision was based on it.
[[nodiscard]] Event analysis_timeout(const model::Symbol& symbol,
                                     base::Duration limit,
                                     base::Timestamp now);

/// A consistency check outside this process has finished.
struct ConsistencyReport {
    std::string result;  ///< "consistent", "inconsistent" or "incomplete".
    std::string text;    ///< The whole report: for operators only, so no event contains it.
};

[[nodiscard]] Event consistency_checked(const ConsistencyReport& report, base::Timestamp now);

/// A maintenance window has entered a new state.
struct MaintenanceAnnouncement {
    std::uint64_t window = 0;
    std::string_view news;     ///< The name of the numbered event: "maintenance_notice".
    std::string_view message;  ///< What has happened, for users.
    std::string_view banner;   ///< The banner to show from now on; empty: none.
};

[[nodiscard]] Event maintenance_banner(const MaintenanceAnnouncement& word, base::Timestamp now);

/// An incident was opened, acknowledged or resolved. Its title may name internals, so no event
/// contains it.
struct IncidentChange {
    std::uint64_t number = 0;
    std::string_view severity;  ///< "low" and so on.
    std::string_view state;     ///< "open", "acknowledged" or "resolved".
    base::Timestamp began;
};

[[nodiscard]] Event incident_changed(const IncidentChange& change, base::Timestamp now);

/// Shows that the stream works; `head` is the last durable record.
[[nodiscard]] Event heartbeat(model::Sequence head, base::Timestamp now);

/// An order that was refused for a temporary reason and therefore has no record: "trade_failed"
/// without a number. Empty for other commands.
[[nodiscard]] std::optional<Event> transient_refusal(const model::InputBody& body,
                                                     const model::Refusal& refusal,
                                                     base::Timestamp now);

}  // namespace botcore::protocol
