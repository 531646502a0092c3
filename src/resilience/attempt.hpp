#pragma once

/// How one attempt at something outside ended, and what that means: may it be tried again, and what
/// does it say about the other side's health? The answers are two tables, not code.
///
/// T1  A 4xx is never retried and never counts against the other side.
/// T2  429 and 418 speak of our own speed: they are obeyed, and count neither way.

#include "base/check.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace botcore::resilience {

/// What the transport saw. Everything above `Broken` happened before a byte of the request left.
enum class AttemptEnd : std::uint8_t {
    Answered,            ///< With the status beside it.
    ConnectionRefused,   ///< Nobody listens there, or its name has no address.
    ConnectTimedOut,     ///< No connection in time.
    CertificateRefused,  ///< It is not who it should be, or speaks no TLS.
    Broken,              ///< The connection ended before the whole answer was there.
    TimedOut,            ///< No answer in time.
    Garbled,             ///< What came is no answer.
    StoreDisconnected,   ///< A store's connection was lost.
    StoreLocked,         ///< A store's lock was not free in time.
    RuleBroken,          ///< Invalid input or a rule of the business.
    Canceled,            ///< We did not want it any more.
};

struct AttemptResult {
    AttemptEnd end = AttemptEnd::Answered;
    std::uint16_t status = 200;  ///< Of an answer.
    /// What the other side's Retry-After asks for.
    std::optional<base::Duration> retry_after = std::nullopt;
};

/// May it be tried again?
enum class RetryClass : std::uint8_t {
    Success,    ///< There is nothing to try again.
    Transient,  ///< It may work next time.
    Throttled,  ///< As above, at the time that the other side names, if it names one.
    Banned,     ///< At the time that the other side names and at no other.
    Permanent,  ///< It would end the same way.
};

/// What it says about the other side.
enum class Outcome : std::uint8_t {
    Success,
    Failure,
    Slow,     ///< It worked, and took too long.
    Ignored,  ///< Nothing: a refusal by its rules, our own cancellation, our own speed.
};

/// Statuses from `first` to `last`, both included. The first row that fits counts.
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

// R2-RETRY-07, -08, -10 to -12. 418 is the exchange's ban, the answer to
// going on after 429: asking too early makes it longer. The other 5xx are defects of the other side
// that waiting does not mend.
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

// R2-RETRY-06, -09, -13; in the order of the enumeration.
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

/// What the tables say of one attempt.
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

/// Does the other side ask us to be slower?
[[nodiscard]] constexpr bool is_throttling(RetryClass retry) {
    return retry == RetryClass::Throttled || retry == RetryClass::Banned;
}

/// Did it end because time ran out?
[[nodiscard]] constexpr bool is_timeout(AttemptEnd end) {
    return end == AttemptEnd::TimedOut || end == AttemptEnd::ConnectTimedOut;
}

/// Is it certain that no byte of the request left?
[[nodiscard]] constexpr bool is_not_sent(AttemptEnd end) {
    return end == AttemptEnd::ConnectionRefused || end == AttemptEnd::ConnectTimedOut ||
           end == AttemptEnd::CertificateRefused;
}

}  // namespace botcore::resilience
