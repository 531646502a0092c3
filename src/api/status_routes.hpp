#pragma once

/// The public status page: `GET /status`, without a token, as HTML or JSON.
///
/// Threads: the thread of the loop.

#include "host/route_table.hpp"
#include "services/status_page/status_publisher.hpp"

namespace botcore::api {

class StatusRoutes {
public:
    /// The publisher outlives this object, and this object outlives the table.
    explicit StatusRoutes(const status_page::StatusPublisher& publisher) : publisher_(publisher) {}

    void add_to(host::RouteTable& table);

private:
    void show(host::RequestContext& call) const;

    const status_page::StatusPublisher& publisher_;
};

}  // namespace botcore::api
