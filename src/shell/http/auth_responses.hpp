#pragma once

/// What the routes about users share: what users and their sessions look like in answers, and what
/// each refusal says.

#include "shell/auth/user_service.hpp"
#include "shell/http/request_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

namespace botcore::shell::http {

/// For the user itself and for operators: it holds the e-mail address.
[[nodiscard]] boost::json::object user_json(const auth::User& user);

/// `current`: the session that asks, if it is one.
[[nodiscard]] boost::json::object session_json(const auth::Session& session,
                                               const auth::Session* current);

/// The rows of routes about users: something that is done, something that is looked at.
[[nodiscard]] RouteRow auth_event(Access access, std::string_view summary);
[[nodiscard]] RouteRow auth_probe(std::string_view summary, std::string_view response);

void answer_done(RequestContext& call);
void answer_failure(RequestContext& call, const auth::AuthError& error);

}  // namespace botcore::shell::http
