#pragma once

/// What the routes about users share: the JSON of users and sessions, and the error response of
/// each failure.

#include "shell/auth/user_service.hpp"
#include "shell/http/request_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

namespace botcore::shell::http {

/// The JSON of a user. It contains the e-mail address, so only this user and operators may get it.
[[nodiscard]] boost::json::object user_json(const auth::User& user);

/// The JSON of a session. `current` is the session that the caller uses, or null.
[[nodiscard]] boost::json::object session_json(const auth::Session& session,
                                               const auth::Session* current);

/// The common fields of the rows of routes about users: of a POST that changes something, and of a
/// GET.
[[nodiscard]] RouteRow auth_post_row(Access access, std::string_view summary);
[[nodiscard]] RouteRow auth_get_row(std::string_view summary, std::string_view response);

void answer_done(RequestContext& call);
void answer_failure(RequestContext& call, const auth::AuthError& error);

}  // namespace botcore::shell::http
