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
enum class LogEvent : std::uint8_t {
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
inline constexpr std::uint8_t kLogEvents = 14;

[[nodiscard]] std::string_view to_text(LogEvent event);
[[nodiscard]] Level level_of(LogEvent event);

}  // namespace botcore::shell::log
