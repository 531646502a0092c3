#pragma once

/// The levels of log lines, and the events that operators search for. Failures have the level
/// Error, recoveries the level Info.

#include <cstdint>
#include <string_view>

namespace botcore::observability {

enum class Level : std::uint8_t { Trace, Debug, Info, Warn, Error, Fatal };

[[nodiscard]] std::string_view to_text(Level level);

/// Events that must be easy to find in the logs. Each has a level and a word: the field "event".
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

}  // namespace botcore::observability
