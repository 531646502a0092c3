#pragma once

/// How much a log line weighs, and the happenings that operators look for. Failures are errors,
/// recoveries are information.

#include <cstdint>
#include <string_view>

namespace botcore::shell::log {

enum class Level : std::uint8_t { Trace, Debug, Info, Warn, Error, Fatal };

[[nodiscard]] std::string_view to_text(Level level);

/// What must be found in the logs whatever else they hold. Each has its level and its word in the
/// field "event".
enum class Happening : std::uint8_t {
    ServiceStarted,
    ServiceStopped,
    HealthFailed,
    HealthRecovered,
    Retry,
    ConnectionLost,
    Reconnected,
    TransactionFailed,
    TransactionRolledBack,
    ManualIntervention,
    TradeFailed,
    ForcedExit,
    MarginCall,
    PositionInDoubt,
};
inline constexpr std::uint8_t kHappenings = 14;

[[nodiscard]] std::string_view to_text(Happening happening);
[[nodiscard]] Level level_of(Happening happening);

}  // namespace botcore::shell::log
