#include "api/auth_responses.hpp"
#include "api/auth_routes.hpp"
#include "base/time_text.hpp"
#include "protocol/journal.hpp"
#include "services/users/auth_requests.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

namespace {

/// The number of journal records that one request scans. The next page continues after them.
constexpr model::Sequence kRecordsMax = 500;

struct AuditFilter {
    std::string_view actor;
    std::string_view action;

    [[nodiscard]] bool takes(const model::RecordAuditEvent& body) const {
        return (actor.empty() || actor == body.actor.text()) &&
               (action.empty() || action == body.action);
    }
};

json::object act_json(const model::Record& record, const model::RecordAuditEvent& body) {
    json::object out;
    out["sequence"] = record.sequence;
    out["time"] = base::to_iso8601(record.input.exchange_time);
    out["actor"] = body.actor.empty() ? json::value(nullptr) : json::value(body.actor.text());
    out["act"] = body.action;
    out["subject"] = body.subject.empty() ? json::value(nullptr) : json::value(body.subject);
    out["outcome"] = body.outcome;
    out["detail"] = body.detail;
    out["request_id"] = body.request_id;
    return out;
}

}  // namespace

void AuthRoutes::add_users(host::RouteTable& table) {
    const host::QueryParameterRow limit{
        "limit", "PageLimit", "The largest number of items to return"};
    host::RouteRow users = auth_get_row("All users, in pages", "UserPage");
    users.access = host::Access::Operator;
    users.query = {limit, {"after", "text", "The `next_after` of the previous page"}};
    add(table, "/api/users", &AuthRoutes::list_users, std::move(users));

    host::RouteRow user = auth_get_row("One user", "User");
    user.access = host::Access::Operator;
    user.statuses = {404};
    add(table, "/api/users/{user}", &AuthRoutes::show_user, std::move(user));

    host::RouteRow change = auth_post_row(host::Access::Operator, "Changes a user's role");
    change.versioned = true;
    change.request = "RoleChange";
    change.response = "User";
    change.statuses = {404, 409};
    add(table, "/api/users/{user}/role", &AuthRoutes::set_role, change);
    change.request = {};
    change.summary = "Deactivates a user and revokes all its tokens";
    add(table, "/api/users/{user}/deactivate", &AuthRoutes::deactivate, change);
    change.summary = "Activates a user again";
    add(table, "/api/users/{user}/activate", &AuthRoutes::activate, std::move(change));

    host::RouteRow password =
        auth_post_row(host::Access::Operator, "Sets a user's password and revokes all its tokens");
    password.request = "PasswordSet";
    password.response = "User";
    password.statuses = {404};
    add(table, "/api/users/{user}/password", &AuthRoutes::set_password, std::move(password));

    host::RouteRow acts =
        auth_get_row("The audit log, newest first: who did what, from the journal", "ActPage");
    acts.access = host::Access::Operator;
    acts.query = {limit,
                  {"before", "Number", "The `next_before` of the previous page"},
                  {"actor", "text", "Only events of this user"},
                  {"act", "text", "Only events of this kind"}};
    acts.statuses = {500};
    add(table, "/api/audit", &AuthRoutes::list_audit_events, std::move(acts));
}

void AuthRoutes::list_users(host::RequestContext& call) {
    host::QueryReader query(call);
    const std::size_t limit = query.number("limit", 100, {1, 1'000});
    if (query.error()) return call.fail(400, *query.error());
    const model::Owner after(query.text("after").value_or(""));
    ask(
        call,
        [after, limit](users::UserService& user_service) {
            return user_service.list(after, limit);
        },
        [limit](host::RequestContext& held,
                const users::AuthResult<std::vector<ports::User>>& users) {
            if (!users) return answer_failure(held, users.error());
            json::array list;
            for (const ports::User& user : users.value())
                list.push_back(user_json(user));
            json::object page;
            page["next_after"] = users.value().size() == limit
                                     ? json::value(users.value().back().id.text())
                                     : json::value(nullptr);
            page["users"] = std::move(list);
            held.send(std::move(page));
        });
}

void AuthRoutes::show_user(host::RequestContext& call) {
    ask(
        call,
        [id = model::Owner(call.parameter("user"))](users::UserService& user_service) {
            return user_service.find(id);
        },
        [](host::RequestContext& held, const users::AuthResult<ports::User>& user) {
            if (!user) return answer_failure(held, user.error());
            held.send(user_json(user.value()));
        });
}

void AuthRoutes::set_role(host::RequestContext& call) {
    const auto role = users::parse_role_change(call.request.body);
    if (!role) return call.fail(400, role.error());
    users::ProfileChange change;
    change.role = role.value();
    if (!parts_.context.read_if_match(call, change.version)) return;
    change_user(call, std::move(change), "role-changed");
}

void AuthRoutes::deactivate(host::RequestContext& call) {
    users::ProfileChange change;
    change.active = false;
    if (!parts_.context.read_no_fields(call)) return;
    if (!parts_.context.read_if_match(call, change.version)) return;
    change_user(call, std::move(change), "user-deactivated");
}

void AuthRoutes::activate(host::RequestContext& call) {
    users::ProfileChange change;
    change.active = true;
    if (!parts_.context.read_no_fields(call)) return;
    if (!parts_.context.read_if_match(call, change.version)) return;
    change_user(call, std::move(change), "user-activated");
}

void AuthRoutes::set_password(host::RequestContext& call) {
    auto requested = users::parse_password(call.request.body);
    if (!requested) return call.fail(400, requested.error());
    const model::Owner id(call.parameter("user"));
    ask(
        call,
        [id, requested = std::move(requested).value()](users::UserService& user_service) {
            return user_service.set_password(id, requested);
        },
        [this, id](host::RequestContext& held, const users::AuthResult<ports::User>& user) {
            if (!user) {
                auto error = user.error();
                error.subject = id;
                return fail(held, error, "password-set");
            }
            parts_.sessions.remove_all(id);
            parts_.delays.forget(id.text());
            parts_.delays.forget(user.value().email);
            record(held, "password-set", "ok", id);
            held.send(user_json(user.value()));
        });
}

void AuthRoutes::list_audit_events(host::RequestContext& call) {
    host::QueryReader query(call);
    const std::size_t limit = query.number("limit", 100, {1, 1'000});
    constexpr model::Sequence kNewest = ~model::Sequence{0} >> 1U;
    const model::Sequence before = query.number("before", kNewest, {1, kNewest});
    if (query.error()) return call.fail(400, *query.error());
    const AuditFilter filter{query.text("actor").value_or(""), query.text("act").value_or("")};
    ports::StoreReader& reader = parts_.context.reader;
    const auto head = reader.head();
    if (!head) return parts_.context.store_failed(call, head.error());
    const model::Sequence end = std::min(before, head.value().sequence + 1);
    const model::Sequence first = end > kRecordsMax ? end - kRecordsMax : 1;
    const auto entries = reader.journal(first, static_cast<std::size_t>(end - first));
    if (!entries) return parts_.context.store_failed(call, entries.error());
    json::array list;
    model::Sequence next = first;
    for (auto entry = entries.value().rbegin(); entry != entries.value().rend(); ++entry) {
        const auto record = protocol::decode_record(entry->bytes);
        if (!record) {
            return call.fail(500,
                             "JOURNAL_DAMAGED",
                             "record " + std::to_string(entry->sequence) +
                                 " cannot be read; run 'botctl verify'");
        }
        const auto* body = std::get_if<model::RecordAuditEvent>(&record.value().input.body);
        if (body == nullptr || !filter.takes(*body)) continue;
        list.push_back(act_json(record.value(), *body));
        if (list.size() < limit) continue;
        next = entry->sequence;
        break;
    }
    json::object page;
    page["next_before"] = next > 1 ? json::value(next) : json::value(nullptr);
    page["acts"] = std::move(list);
    call.send(std::move(page));
}

}  // namespace botcore::api
