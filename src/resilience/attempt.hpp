#pragma once

/// How one attempt to call an external service ended, and what follows: whether it may be retried,
/// and what it says about the service's health. Both are looked up in two tables.
///
/// T1  A 4xx is never retried and never counts against the service.
/// T2  429 and 418 are caused by our own request rate: we wait as they demand, and they count
///     neither as success nor as failure.

#include "base/check.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace botcore::resilience {

/// What the transport observed. The ends from ConnectionRefused to CertificateRefused occur before
/// any byte of the request is sent.
enum class AttemptEnd : std::uint8_t {
    Answered,            ///< With the HTTP status in `status`.
    ConnectionRefused,   ///< Nothing listens at the address, or the name has no address.
    ConnectTimedOut,     ///< No connection within the time limit.
    CertificateRefused,  ///< The certificate is not valid, or the peer does not speak TLS.
    Broken,              ///< The connection ended before the response was complete.
    TimedOut,            ///< No response within the time limit.
    Garbled,             ///< The response is malformed.
    StoreDisconnected,   ///< The connection to a store was lost.
    StoreLocked,         ///< A store's lock was not free within the time limit.
    RuleBroken,          ///< Invalid input, or a business rule was violated.
    Canceled,            ///< We canceled it.
};

struct AttemptResult {
    AttemptEnd end = AttemptEnd::Answered;
    std::uint16_t status = 200;  ///< The HTTP status, if `end` is Answered.
    /// The delay that the service's Retry-After asks for.
    std::optional<base::Duration> retry_after = std::nullopt;
};

/// Whether the attempt may be retried.
enum class RetryClass : std::uint8_t {
    Success,    ///< No retry needed.
    Transient,  ///< A retry may succeed.
    Throttled,  ///< Like Transient, but at the time that the service names, if any.
    Banned,     ///< A retry is allowed only at the time that the service names.
    Permanent,  ///< A retry would fail the same way.
};

/// What the attempt says about the service.
enum class Outcome : std::uint8_t {
    Success,
    Failure,
    Slow,     ///< The attempt succeeded, but took too long.
    Ignored,  ///< Nothing: rejected by its rules, canceled by us, or caused by our request rate.
};

/// Statuses from `first` to `last`, both included. The first matching row applies.
struct StatusRow {
    std::uint16_t first;
    std::uint16_t last;
    RetryClass retry;
    Outcome outcome;
};

struct EndRow {
    AttemptEnd end;
    RetryClass retry;
    Outcome outcome;
    std::string_view name;  ///< For logs and metrics.
};

// R2-RETRY-07, -08, -10 to -12. 418 is the exchange's ban for requests that continue after a 429; a
// request during the ban extends it. The other 5xx are defects of the service that waiting does not
// fix.
inline constexpr std::array kStatusRows = {
    StatusRow{200, 299, RetryClass::Success, Outcome::Success},
    StatusRow{418, 418, RetryClass::Banned, Outcome::Ignored},
    StatusRow{429, 429, RetryClass::Throttled, Outcome::Ignored},
    StatusRow{400, 499, RetryClass::Permanent, Outcome::Ignored},
    StatusRow{500, 500, RetryClass::Transient, Outcome::Failure},
    StatusRow{502, 504, RetryClass::Transient, Outcome::Failure},
    StatusRow{500, 599, RetryClass::Permanent, Outcome::Failure},
    StatusRow{0, 65'535, RetryClass::Permanent, Outcome::Ignored},
};

// R2-RETRY-06, -09, -13; indexed by the enumeration.
inline constexpr std::array kEndRows = {
    EndRow{AttemptEnd::Answered, RetryClass::Success, Outcome::Success, "answered"},
    EndRow{AttemptEnd::ConnectionRefused, RetryClass::Transient, Outcome::Failure, "refused"},
    EndRow{
        AttemptEnd::ConnectTimedOut, RetryClass::Transient, Outcome::Failure, "connect_timed_out"},
    EndRow{AttemptEnd::CertificateRefused,
           RetryClass::Permanent,
           Outcome::Failure,
           "certificate_refused"},
    EndRow{AttemptEnd::Broken, RetryClass::Transient, Outcome::Failure, "broken"},
    EndRow{AttemptEnd::TimedOut, RetryClass::Transient, Outcome::Failure, "timed_out"},
    EndRow{AttemptEnd::Garbled, RetryClass::Permanent, Outcome::Failure, "garbled"},
    EndRow{AttemptEnd::StoreDisconnected,
           RetryClass::Transient,
           Outcome::Failure,
           "store_disconnected"},
    EndRow{AttemptEnd::StoreLocked, RetryClass::Transient, Outcome::Failure, "store_locked"},
    EndRow{AttemptEnd::RuleBroken, RetryClass::Permanent, Outcome::Ignored, "rule_broken"},
    EndRow{AttemptEnd::Canceled, RetryClass::Permanent, Outcome::Ignored, "canceled"},
};

/// The entry of the tables for one attempt.
struct Meaning {
    RetryClass retry = RetryClass::Success;
    Outcome outcome = Outcome::Success;
};

[[nodiscard]] constexpr const EndRow& row_of(AttemptEnd end) {
    const auto index = static_cast<std::size_t>(end);
    CHECK(index < kEndRows.size());
    return kEndRows[index];
}

[[nodiscard]] constexpr Meaning meaning_of(const AttemptResult& result) {
    if (result.end != AttemptEnd::Answered) {
        const EndRow& row = row_of(result.end);
        return {row.retry, row.outcome};
    }
    std::size_t index = 0;
    while (result.status < kStatusRows[index].first || result.status > kStatusRows[index].last)
        ++index;
    return {kStatusRows[index].retry, kStatusRows[index].outcome};
}

[[nodiscard]] constexpr std::string_view to_text(AttemptEnd end) {
    return row_of(end).name;
}

/// Whether the service asks for fewer requests.
[[nodiscard]] constexpr bool is_throttling(RetryClass retry) {
    return retry == RetryClass::Throttled || retry == RetryClass::Banned;
}

/// Whether the attempt ended because of a time-out.
[[nodiscard]] constexpr bool is_timeout(AttemptEnd end) {
    return end == AttemptEnd::TimedOut || end == AttemptEnd::ConnectTimedOut;
}

/// Whether it is certain that no byte of the request was sent.
[[nodiscard]] constexpr bool is_not_sent(AttemptEnd end) {
    return end == AttemptEnd::ConnectionRefused || end == AttemptEnd::ConnectTimedOut ||
           end == AttemptEnd::CertificateRefused;
}

}  // namespace botcore::resilience
