#include "shell/log/level.hpp"

namespace botcore::shell::log {

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

std::string_view to_text(Happening happening) {
    switch (happening) {
        case Happening::ServiceStarted:
            return "service_started";
        case Happening::ServiceStopped:
            return "service_stopped";
        case Happening::HealthFailed:
            return "health_failed";
        case Happening::HealthRecovered:
            return "health_recovered";
        case Happening::Retry:
            return "retry";
        case Happening::ConnectionLost:
            return "connection_lost";
        case Happening::Reconnected:
            return "reconnected";
        case Happening::TransactionFailed:
            return "transaction_failed";
        case Happening::TransactionRolledBack:
            return "transaction_rolled_back";
        case Happening::ManualIntervention:
            return "manual_intervention";
        case Happening::TradeFailed:
            return "trade_failed";
        case Happening::ForcedExit:
            return "forced_exit";
        case Happening::MarginCall:
            return "margin_call";
        case Happening::PositionInDoubt:
            return "position_in_doubt";
    }
    return "?";
}

Level level_of(Happening happening) {
    switch (happening) {
        case Happening::ServiceStarted:
        case Happening::ServiceStopped:
        case Happening::HealthRecovered:
        case Happening::Reconnected:
        case Happening::ManualIntervention:
            return Level::Info;
        case Happening::Retry:
            return Level::Warn;
        case Happening::HealthFailed:
        case Happening::ConnectionLost:
        case Happening::TransactionFailed:
        case Happening::TransactionRolledBack:
        case Happening::TradeFailed:
        case Happening::ForcedExit:
        case Happening::MarginCall:
        case Happening::PositionInDoubt:
            return Level::Error;
    }
    return Level::Error;
}

}  // namespace botcore::shell::log
