#pragma once

/// Calls one route of a group without a server: for tests of groups that the world of the API does
/// not have.

#include "api/api_schemas.hpp"
#include "host/route_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::api {

struct RouteResponse {
    std::uint16_t status = 0;  ///< 0: the route has not responded.
    std::string code{};        ///< The error code; empty on success.
    std::string body{};
};

/// Routes is a group of routes. The caller's name is "ann", the time 2026-09-21T14:13:20Z.
/// `owner` is the caller's id.
template <class Routes>
RouteResponse call_route(Routes& routes,
                         std::string_view method,
                         const std::vector<std::string>& path,
                         const std::string& body = "",
                         const std::map<std::string, std::string, std::less<>>& query = {},
                         const model::Owner& owner = {}) {
    host::RouteTable table;
    add_common_schemas(table.schemas());
    routes.add_to(table);
    const auto found = table.find(method, path);
    EXPECT_NE(found.row, nullptr);
    std::optional<RouteResponse> response;
    host::RequestContext call{};
    call.row = found.row;
    call.parameters = found.parameters;
    call.request.body = body;
    call.request.query = query;
    call.caller.name = "ann";
    call.caller.owner = owner;
    call.now = model::Now(base::Timestamp::from_milliseconds(1'790'000'000'000));
    call.respond = [&](net::HttpResponse sent) {
        response = {sent.status, std::string(sent.error_code), sent.body};
    };
    call.row->handler(call);
    return response.value_or(RouteResponse{});
}

}  // namespace botcore::api
