#pragma once

/// Makes the service that tells users what concerns them.

#include "apps/botcored/api_service.hpp"
#include "apps/botcored/health_and_maintenance.hpp"
#include "apps/botcored/notices.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/trading_service.hpp"
#include "services/notifications/user_notices.hpp"

#include <memory>

namespace botcore::apps {

struct UserNoticeParts {
    Process& process;
    Notices& notices;
    TradingService& trading;
    HealthAndMaintenance& health;
    ApiService& api;  ///< Knows the users.
};

/// Null: no mail server is configured. All parts must outlive the service.
[[nodiscard]] base::Result<std::unique_ptr<notifications::UserNotices>, host::StartFailure>
make_user_notices(const UserNoticeParts& parts);

}  // namespace botcore::apps
