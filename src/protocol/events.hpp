#pragma once

/// What listeners are told: each record of the journal as a list of events, a pure function of the
/// record, and the JSON they are sent as.
///
/// V1  An event of a record has the record's sequence and its place among the record's events. Both
///     are for ever: the same record, read back from the journal, gives the same bytes.
/// V2  Numbers have gaps where records have nothing to tell; none is ever used twice.
/// V3  Events of the moment (prices, health) have no number and cannot be asked for again.

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

/// What a listener subscribes to.
enum class Channel : std::uint8_t {
    Orders,
    Trades,
    Positions,
    Balances,
    Accounts,
    Risk,
    System,       ///< Terms, instruments, health, connections: for everybody.
    Maintenance,  ///< For everybody.
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
    std::string_view name;  ///< "order_updated"; a literal.
    Channel channel = Channel::System;
    model::Sequence sequence = 0;  ///< 0: an event of the moment, without a number.
    std::uint32_t index = 0;       ///< Among the events of its record.
    base::Timestamp time;
    model::AccountId account;  ///< Empty: it concerns nobody's account in particular.
    model::Symbol symbol;      ///< Empty: no symbol in particular.
    boost::json::object data;
};

/// The events of one record, in order.
[[nodiscard]] std::vector<Event> events_of(const model::Record& record);

/// `{"type":"event","event","sequence","index","timestamp","account","data"}`; sequence, index and
/// account are null where there is none. Amounts are decimal texts.
[[nodiscard]] std::string render(const Event& event);

/// The last four characters of an idempotency key: enough to know one's own, not to use it.
[[nodiscard]] std::string key_end(const model::IdempotencyKey& key);

[[nodiscard]] std::string_view to_text(Channel channel);
[[nodiscard]] std::optional<Channel> parse_channel(std::string_view text);

// Events of the moment.

/// Prices of one instrument; `stale` when they are older than what an entry may rely on.
[[nodiscard]] Event price_update(const model::Quote& quote,
                                 base::Duration age_max,
                                 base::Timestamp now);

/// The state of a check of ours became another: "exchange", "healthy", "unhealthy".
struct HealthChange {
    std::string_view check;
    std::string_view before;
    std::string_view after;
    std::string_view message;
};

[[nodiscard]] Event health_changed(const HealthChange& change, base::Timestamp now);

/// A connection of ours to the world broke or came back.
struct ConnectionProblem {
    std::string_view peer;  ///< "exchange", "market_data", "cache".
    std::string_view message;
    bool recovered = false;
};

[[nodiscard]] Event connection_error(const ConnectionProblem& trouble, base::Timestamp now);

/// An analysis took longer than it may; nothing was decided by it.
[[nodiscard]] Event analysis_timeout(const model::Symbol& symbol,
                                     base::Duration limit,
                                     base::Timestamp now);

/// A consistency check outside this process has ended.
struct ConsistencyReport {
    std::string result;  ///< "consistent", "inconsistent" or "incomplete".
    std::string text;    ///< The whole report: for operators only, so it is in no event.
};

[[nodiscard]] Event consistency_checked(const ConsistencyReport& report, base::Timestamp now);

/// A maintenance window has come into a new state.
struct MaintenanceAnnouncement {
    std::uint64_t window = 0;
    std::string_view news;     ///< The name of the numbered event: "maintenance_notice".
    std::string_view message;  ///< What has happened, for people.
    std::string_view banner;   ///< What to show from now on; empty: nothing.
};

[[nodiscard]] Event maintenance_banner(const MaintenanceAnnouncement& word, base::Timestamp now);

/// The stream lives; `head` is the last record that is durable.
[[nodiscard]] Event heartbeat(model::Sequence head, base::Timestamp now);

/// An order that was turned away for the moment, so that no record has it: "trade_failed" without a
/// number. Nothing for other commands.
[[nodiscard]] std::optional<Event> transient_refusal(const model::InputBody& body,
                                                     const model::Refusal& refusal,
                                                     base::Timestamp now);

}  // namespace botcore::protocol
