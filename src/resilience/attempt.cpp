#include "resilience/attempt.hpp"

#include "base/check.hpp"

#include <array>

namespace botcore::resilience {

namespace {

// R2-RETRY-07, -08, -10 to -12. 418 is the exchange's ban, the answer to
// going on after 429: asking too early makes it longer. The other 5xx are defects of the other side
// that waiting does not mend.
constexpr std::array kStatusRows = {
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
constexpr std::array kEndRows = {
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

constexpr bool in_order() {
    for (std::size_t i = 0; i < kEndRows.size(); ++i) {
        if (static_cast<std::size_t>(kEndRows[i].end) != i) return false;
    }
    return true;
}

static_assert(in_order(), "row_of looks rows up by their number");

const EndRow& row_of(AttemptEnd end) {
    const auto index = static_cast<std::size_t>(end);
    CHECK(index < kEndRows.size());
    return kEndRows[index];
}

const StatusRow& row_of(std::uint16_t status) {
    std::size_t index = 0;
    while (status < kStatusRows[index].first || status > kStatusRows[index].last)
        ++index;
    return kStatusRows[index];
}

}  // namespace

std::span<const StatusRow> status_rows() {
    return kStatusRows;
}

std::span<const EndRow> end_rows() {
    return kEndRows;
}

RetryClass retry_class(const AttemptResult& result) {
    if (result.end == AttemptEnd::Answered) return row_of(result.status).retry;
    return row_of(result.end).retry;
}

Outcome outcome_of(const AttemptResult& result) {
    if (result.end == AttemptEnd::Answered) return row_of(result.status).outcome;
    return row_of(result.end).outcome;
}

std::string_view to_text(AttemptEnd end) {
    return row_of(end).name;
}

}  // namespace botcore::resilience
