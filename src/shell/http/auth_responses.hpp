#pragma once

/// What the routes about users share: the JSON of users and sessions, and the error response of
/// each failure.

#include "shell/auth/user_service.hpp"
#include "shell/http/request_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

namespace botcore::shell::http {

/// For the user itself and for operators only: it contains the e-mail address.
[[nodiscard]] boost::json::object user_json(const auth::User& user);

/// `current`: the session of the caller, or null.
[[nodiscard]] boost::json::object session_json(const auth::Session& session,
                                               const auth::Session* current);

/// Route rows about users: a POST that changes something, and a GET.
[[nodiscard]] RouteRow auth_post_row(Access access, std::string_view summary);
[[nodiscard]] RouteRow auth_get_row(std::string_view summary, std::string_view response);

void answer_done(RequestContext& call);
void answer_failure(RequestContext& call, const auth::AuthError& error);

}  // namespace botcore::shell::http
