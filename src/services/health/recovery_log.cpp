#include "services/health/recovery_log.hpp"

#include "base/time_text.hpp"
#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

namespace botcore::health {

namespace json = boost::json;

using base::Duration;
using base::Failure;
using base::Timestamp;

namespace {

constexpr std::string_view kKind = "recovery";
// Indexed by the enumeration.
constexpr std::array<std::string_view, 3> kMechanisms{"restart", "reload", "cache_reconnect"};

ports::ServiceRow row_of(const Recovery& recovery) {
    json::object object;
    object["number"] = recovery.number;
    object["time"] = base::to_iso8601(recovery.time);
    object["mechanism"] = to_text(recovery.mechanism);
    object["attempt"] = recovery.attempt;
    object["succeeded"] = recovery.succeeded;
    object["duration_us"] = recovery.duration.in_microseconds();
    object["text"] = recovery.text;
    return {.kind = std::string(kKind),
            .key = ports::numbered_key(recovery.number),
            .text = json::serialize(object)};
}

std::uint64_t positive(host::StoredObject& fields, std::string_view name) {
    const std::int64_t number = fields.number(name);
    if (number < 1) fields.refuse(name);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
}

base::Result<Recovery, std::string> parse(std::string_view text) {
    const json::object object = TRY(host::parse_stored(text));
    host::StoredObject fields(object);
    Recovery recovery;
    recovery.number = positive(fields, "number");
    const auto time = base::parse_iso8601(fields.text("time"));
    if (!time) fields.refuse("time");
    recovery.time = time.value_or(Timestamp());
    const auto* const word = std::ranges::find(kMechanisms, fields.text("mechanism"));
    if (word == kMechanisms.end()) {
        fields.refuse("mechanism");
    } else {
        recovery.mechanism = static_cast<RecoveryMechanism>(word - kMechanisms.begin());
    }
    recovery.attempt = positive(fields, "attempt");
    recovery.succeeded = fields.flag("succeeded");
    recovery.duration = Duration::microseconds(fields.number("duration_us"));
    recovery.text = fields.text("text");
    if (!fields.error().empty()) return Failure{fields.error()};
    return recovery;
}

}  // namespace

std::string_view to_text(RecoveryMechanism mechanism) {
    return kMechanisms.at(static_cast<std::size_t>(mechanism));
}

base::Result<std::unique_ptr<RecoveryLog>, std::string> RecoveryLog::make(const Parts& parts) {
    std::unique_ptr<RecoveryLog> log(new RecoveryLog(parts));
    for (const ports::ServiceRow& row : TRY(parts.store.rows(kKind)))
        log->restore(row);
    return log;
}

void RecoveryLog::restore(const ports::ServiceRow& row) {
    auto recovery = parse(row.text);
    if (!recovery || recovery.value().number <= last_number_) {
        // The row stays in the file: it may be read by hand.
        return parts_.log.write(
            observability::Level::Error,
            "A stored recovery cannot be read and is not shown",
            {{"operation", std::string_view("recovery_log")},
             {"row", row.key},
             {"cause", recovery ? "its number is not ascending" : recovery.error()}});
    }
    const Recovery& one = recovery.value();
    last_number_ = one.number;
    failed_.at(static_cast<std::size_t>(one.mechanism)) = one.succeeded ? 0 : one.attempt;
    recoveries_.push_back(std::move(recovery).value());
}

void RecoveryLog::add(RecoveryMechanism mechanism,
                      bool succeeded,
                      Duration duration,
                      std::string text) {
    std::uint64_t& failed = failed_.at(static_cast<std::size_t>(mechanism));
    const std::uint64_t attempt = failed + 1;
    failed = succeeded ? 0 : attempt;
    if (!succeeded && attempt > kAttemptsKept && !std::has_single_bit(attempt)) return;
    recoveries_.push_back({.number = ++last_number_,
                           .time = parts_.now(),
                           .mechanism = mechanism,
                           .attempt = attempt,
                           .succeeded = succeeded,
                           .duration = std::max(duration, Duration()),
                           .text = std::move(text)});
    write_line(recoveries_.back());
    std::vector<ports::ServiceChange> changes{{.row = row_of(recoveries_.back())}};
    while (recoveries_.size() > kRecoveriesMax) {
        changes.push_back({.row = row_of(recoveries_.front()), .removed = true});
        recoveries_.pop_front();
    }
    parts_.store.change(std::move(changes), nullptr);
}

void RecoveryLog::write_line(const Recovery& recovery) {
    parts_.log.write(recovery.succeeded ? observability::Level::Info : observability::Level::Error,
                     recovery.text,
                     {{"operation", std::string_view("recovery")},
                      {"mechanism", to_text(recovery.mechanism)},
                      {"attempt", static_cast<std::int64_t>(recovery.attempt)},
                      {"result", std::string_view(recovery.succeeded ? "success" : "failure")},
                      {"duration_ms", recovery.duration.in_milliseconds()}});
}

void CacheReconnections::update(const ports::CacheCounters& counters,
                                const ports::CacheStatus& status,
                                Timestamp monotonic) {
    if (!status.connected && !lost_since_) lost_since_ = monotonic;
    const Duration lost_for = monotonic - lost_since_.value_or(monotonic);
    for (; failed_ < counters.reconnects_failed; ++failed_) {
        log_.add(RecoveryMechanism::CacheReconnect,
                 false,
                 lost_for,
                 "The connection to the remote cache could not be made again");
    }
    for (; succeeded_ < counters.reconnects; ++succeeded_) {
        log_.add(RecoveryMechanism::CacheReconnect,
                 true,
                 lost_for,
                 "The connection to the remote cache was made again");
    }
    if (status.connected) lost_since_.reset();
}

}  // namespace botcore::health
