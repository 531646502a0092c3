#pragma once

/// Routes that show the alerts, the channels over which people are told and who is on call, and
/// that send a test message.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "operations/alert_evaluator.hpp"
#include "operations/on_call.hpp"
#include "services/notifications/notification_service.hpp"

#include <functional>
#include <vector>

namespace botcore::api {

class AlertRoutes {
public:
    struct Parts {
        std::function<std::vector<operations::Alert>()> alerts;
        notifications::NotificationService& notifications;
        const operations::OnCallPlan* on_call = nullptr;  ///< Null: nobody is on call.
    };

    /// The context and everything that the parts refer to must outlive this object, which must
    /// outlive the route table.
    AlertRoutes(const ApiContext& context, Parts parts)
        : context_(context),
          parts_(std::move(parts)) {}

    void add_to(host::RouteTable& table);

private:
    void show_alerts(host::RequestContext& call);
    void show_channels(host::RequestContext& call);
    void send_test(host::RequestContext& call);
    void show_on_call(host::RequestContext& call);

    const ApiContext& context_;
    Parts parts_;
};

}  // namespace botcore::api
