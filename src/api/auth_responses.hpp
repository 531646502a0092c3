#pragma once

/// What the routes about users share: the JSON of users and sessions, and the error response of
/// each failure.

#include "host/request_context.hpp"
#include "host/route_table.hpp"
#include "services/users/user_service.hpp"

#include <boost/json/object.hpp>

namespace botcore::api {

/// The JSON of a user. It contains the e-mail address, so only this user and operators may get it.
[[nodiscard]] boost::json::object user_json(const ports::User& user);

/// The JSON of a session. `current` is the session that the caller uses, or null.
[[nodiscard]] boost::json::object session_json(const ports::Session& session,
                                               const ports::Session* current);

/// The common fields of the rows of routes about users: of a POST that changes something, and of a
/// GET.
[[nodiscard]] host::RouteRow auth_post_row(host::Access access, std::string_view summary);
[[nodiscard]] host::RouteRow auth_get_row(std::string_view summary, std::string_view response);

void answer_done(host::RequestContext& call);
void answer_failure(host::RequestContext& call, const users::AuthError& error);

}  // namespace botcore::api
