#include "observability/level.hpp"

namespace botcore::observability {

std::string_view to_text(Level level) {
    switch (level) {
        case Level::Trace:
            return "TRACE";
        case Level::Debug:
            return "DEBUG";
        case Level::Info:
            return "INFO";
        case Level::Warn:
            return "WARN";
        case Level::Error:
            return "ERROR";
        case Level::Fatal:
            return "FATAL";
    }
    return "?";
}

std::string_view to_text(LogEvent event) {
    switch (event) {
        case LogEvent::ServiceStarted:
            return "service_started";
        case LogEvent::ServiceStopped:
            return "service_stopped";
        case LogEvent::HealthFailed:
            return "health_failed";
        case LogEvent::HealthRecovered:
            return "health_recovered";
        case LogEvent::Retry:
            return "retry";
        case LogEvent::ConnectionLost:
            return "connection_lost";
        case LogEvent::Reconnected:
            return "reconnected";
        case LogEvent::TransactionFailed:
            return "transaction_failed";
        case LogEvent::TransactionRolledBack:
            return "transaction_rolled_back";
        case LogEvent::ManualIntervention:
            return "manual_intervention";
        case LogEvent::TradeFailed:
            return "trade_failed";
        case LogEvent::ForcedExit:
            return "forced_exit";
        case LogEvent::MarginCall:
            return "margin_call";
        case LogEvent::PositionInDoubt:
            return "position_in_doubt";
    }
    return "?";
}

Level level_of(LogEvent event) {
    switch (event) {
        case LogEvent::ServiceStarted:
        case LogEvent::ServiceStopped:
        case LogEvent::HealthRecovered:
        case LogEvent::Reconnected:
        case LogEvent::ManualIntervention:
            return Level::Info;
        case LogEvent::Retry:
            return Level::Warn;
        case LogEvent::HealthFailed:
        case LogEvent::ConnectionLost:
        case LogEvent::TransactionFailed:
        case LogEvent::TransactionRolledBack:
        case LogEvent::TradeFailed:
        case LogEvent::ForcedExit:
        case LogEvent::MarginCall:
        case LogEvent::PositionInDoubt:
            return Level::Error;
    }
    return Level::Error;
}

}  // namespace botcore::observability
