#pragma once

/// Routes with which users choose what they are told by e-mail. Each user sees and changes its own
/// choice only.
///
/// Threads: the thread of the loop.

#include "host/route_table.hpp"
#include "services/audit/audit_event.hpp"
#include "services/notifications/user_preferences.hpp"

#include <cstdint>
#include <utility>

namespace botcore::api {

/// Whether mails to users can be sent.
enum class UserMail : std::uint8_t { NotConfigured, Configured };

class UserNoticeRoutes {
public:
    /// All references, and what the function uses, outlive the routes.
    struct Parts {
        notifications::UserPreferences& preferences;
        UserMail mail = UserMail::NotConfigured;
        audit::RecordAudit record;
    };

    /// This object outlives the table.
    explicit UserNoticeRoutes(Parts parts) : parts_(std::move(parts)) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call);
    void change(host::RequestContext& call);
    void send(host::RequestContext& call) const;

    Parts parts_;
};

}  // namespace botcore::api
