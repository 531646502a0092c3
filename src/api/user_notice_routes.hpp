#pragma once

/// Routes with which users choose what they are told by e-mail. Each user sees and changes its own
/// choice only.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "services/notifications/user_preferences.hpp"

#include <cstdint>

namespace botcore::api {

/// Whether mails to users can be sent.
enum class UserMail : std::uint8_t { NotConfigured, Configured };

class UserNoticeRoutes {
public:
    /// All references outlive the routes.
    struct Parts {
        notifications::UserPreferences& preferences;
        UserMail mail = UserMail::NotConfigured;
    };

    /// The context outlives this object, and this object outlives the table.
    UserNoticeRoutes(const ApiContext& context, Parts parts) : context_(context), parts_(parts) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call);
    void change(host::RequestContext& call);
    void send(host::RequestContext& call) const;

    const ApiContext& context_;
    Parts parts_;
};

}  // namespace botcore::api
