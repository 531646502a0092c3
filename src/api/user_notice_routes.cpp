#include "api/user_notice_routes.hpp"

#include "protocol/flat_reader.hpp"
#include "services/users/operator_token.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <memory>
#include <utility>

namespace botcore::api {

using operations::UserTopics;

namespace {

constexpr const char* kPattern = "/api/auth/me/notifications";

void add_schemas(host::SchemaTable& schemas) {
    schemas.add_object("NotificationChoice",
                       "What the user is told by e-mail: maintenance windows, outages of more than "
                       "five minutes, critical events of its own accounts",
                       "maintenance:boolean outages:boolean account:boolean");
    schemas.add_object("Notifications",
                       "The user's choice; without a mail server (`email_configured` is false) no "
                       "mails are sent",
                       "maintenance:boolean outages:boolean account:boolean "
                       "email_configured:boolean");
    schemas.set_example("NotificationChoice",
                        R"({"maintenance":true,"outages":false,"account":true})");
}

base::Result<UserTopics, protocol::RequestError> parse_choice(std::string_view body) {
    protocol::FieldReader reader(TRY(protocol::parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 3>{"maintenance", "outages", "account"}));
    UserTopics topics;
    topics.maintenance = TRY(reader.boolean("maintenance"));
    topics.outages = TRY(reader.boolean("outages"));
    topics.account = TRY(reader.boolean("account"));
    return topics;
}

/// Whether the caller is a user. If not, sends the error response.
bool is_user(host::RequestContext& call) {
    if (call.caller.owner != users::operator_owner()) return true;
    call.fail(409,
              "NOT_A_USER",
              "the operator's token does not belong to a user, so it has no e-mail address");
    return false;
}

}  // namespace

void UserNoticeRoutes::add_to(host::RouteTable& table) {
    add_schemas(table.schemas());
    table.add({.pattern = kPattern,
               .purpose = host::Purpose::Admin,
               .handler = [this](host::RequestContext& call) { show(call); },
               .tag = "auth",
               .summary = "What the caller is told by e-mail",
               .response = "Notifications",
               .statuses = {409}});
    table.add({.method = "PUT",
               .pattern = kPattern,
               .access = host::Access::Viewer,
               .purpose = host::Purpose::Admin,
               .handler = [this](host::RequestContext& call) { change(call); },
               .tag = "auth",
               .summary = "Chooses what the caller is told by e-mail",
               .request = "NotificationChoice",
               .response = "Notifications",
               .statuses = {400, 409, 415}});
}

void UserNoticeRoutes::show(host::RequestContext& call) {
    if (is_user(call)) send(call);
}

/// The response is sent when the choice is durable.
void UserNoticeRoutes::change(host::RequestContext& call) {
    if (!is_user(call)) return;
    const auto topics = parse_choice(call.request.body);
    if (!topics) return call.fail(400, topics.error());
    const model::Owner user = call.caller.owner;
    const auto kept = std::make_shared<host::RequestContext>(std::move(call));
    parts_.preferences.set(user, topics.value(), [this, kept, user] {
        parts_.record(
            {user, "notifications-changed", user.text(), "ok", {}, kept->request.request_id});
        send(*kept);
    });
}

void UserNoticeRoutes::send(host::RequestContext& call) const {
    const UserTopics topics = parts_.preferences.of(call.caller.owner);
    boost::json::object body;
    body["maintenance"] = topics.maintenance;
    body["outages"] = topics.outages;
    body["account"] = topics.account;
    body["email_configured"] = parts_.mail == UserMail::Configured;
    call.send(std::move(body));
}

}  // namespace botcore::api
