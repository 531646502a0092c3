#pragma once

/// How one attempt at something outside ended, and what that means: may it be tried again, and what
/// does it say about the other side's health? The answers are two tables, not code.
///
/// T1  A 4xx is never retried and never counts against the other side.
/// T2  429 and 418 speak of our own speed: they are obeyed, and count neither way.

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
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

/// One line of the table: statuses from `first` to `last`, both included.
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

/// The tables, for tests and documents. The first row that fits counts.
[[nodiscard]] std::span<const StatusRow> status_rows();
[[nodiscard]] std::span<const EndRow> end_rows();

[[nodiscard]] RetryClass retry_class(const AttemptResult& result);
[[nodiscard]] Outcome outcome_of(const AttemptResult& result);
[[nodiscard]] std::string_view to_text(AttemptEnd end);

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
