#include "api/alert_routes.hpp"

#include "base/check.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

using notifications::NotificationService;

namespace {

void add_schemas(host::SchemaTable& schemas) {
    schemas.add_words("AlertState",
                      "How far an alert is: its condition holds but not long enough; it is not "
                      "reported because of planned maintenance; it is reported",
                      {"pending", "suppressed", "firing"});
    schemas.add_words("AlertLevel", "How urgent an alert is", {"info", "warning", "critical"});
    schemas.add_object("Alert",
                       "A condition that needs attention",
                       "name:text subject:text level:AlertLevel state:AlertState since:Time "
                       "summary:text action:text runbook:text");
    schemas.add_object("Alerts", "All alerts whose condition holds", "alerts:[Alert]");
    schemas.add_object("NoticeChannel",
                       "A channel over which people are told",
                       "name:text waiting:Number delivered:Number failed_attempts:Number "
                       "refused:Number dropped:Number is_failing:boolean last_error:text?");
    schemas.add_object(
        "NoticeChannels",
        "The channels that are configured, and the subjects of the warnings that wait for the end "
        "of the quiet hours",
        "channels:[NoticeChannel] held:[text]");
    schemas.add_object(
        "Handover", "From this time on, this person is on call", "at:Time person:text");
    schemas.add_object("OnCallOverride",
                       "A person who is on call instead of the one of the rotation",
                       "from:Time to:Time person:text");
    schemas.add_object("OnCall",
                       "Who is on call: null if there is no rotation. The escalation lists whom an "
                       "incident is reported to, one after the other",
                       "person:text? until:Time? escalation:[text] handovers:[Handover] "
                       "overrides:[OnCallOverride]");
    schemas.add_object("NoticeTest", "The channel has accepted the message", "channel:text");
}

json::object alert_json(const operations::Alert& alert) {
    const operations::AlertRule& rule = *alert.rule;
    json::object object;
    object["name"] = rule.name;
    object["subject"] = alert.subject();
    object["level"] = operations::to_text(rule.level);
    object["state"] = operations::to_text(alert.state);
    object["since"] = base::to_iso8601(alert.since);
    object["summary"] = rule.summary;
    object["action"] = rule.action;
    object["runbook"] = "docs/runbooks/" + std::string(rule.runbook) + ".md";
    return object;
}

json::object channel_json(const NotificationService::ChannelView& channel) {
    const auto& state = channel.state;
    json::object object;
    object["name"] = channel.name;
    object["waiting"] = state.waiting;
    object["delivered"] = state.delivered;
    object["failed_attempts"] = state.failed;
    object["refused"] = state.refused;
    object["dropped"] = state.dropped;
    object["is_failing"] = state.failing_since.has_value();
    object["last_error"] =
        state.error.empty() ? json::value(nullptr) : json::value(json::string(state.error));
    return object;
}

}  // namespace

void AlertRoutes::add_to(host::RouteTable& table) {
    add_schemas(table.schemas());
    const auto add = [&](void (AlertRoutes::*handler)(host::RequestContext&), host::RouteRow row) {
        row.tag = "alerts";
        // They matter most when the store does not respond or too many requests arrive.
        row.purpose = host::Purpose::Admin;
        row.without_store = true;
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    add(&AlertRoutes::show_alerts,
        {.pattern = "/api/alerts",
         .summary = "The alerts whose condition holds now",
         .response = "Alerts"});
    add(&AlertRoutes::show_channels,
        {.pattern = "/api/notifications",
         .access = host::Access::Operator,
         .summary = "The channels over which people are told, and what waits for delivery",
         .response = "NoticeChannels"});
    add(&AlertRoutes::show_on_call,
        {.pattern = "/api/on-call",
         .access = host::Access::Operator,
         .summary = "Who is on call now, the next handovers, and whom an incident is reported to",
         .response = "OnCall"});
    add(&AlertRoutes::send_test,
        {.method = "POST",
         .pattern = "/api/notifications/{channel}/test",
         .access = host::Access::Operator,
         .summary = "Sends a test message over the channel and waits for the channel's response",
         .response = "NoticeTest",
         .statuses = {404, 502}});
}

void AlertRoutes::show_on_call(host::RequestContext& call) {
    constexpr std::size_t kHandovers = 4;
    const base::Timestamp now = call.now.time;
    json::value person;
    json::array escalation;
    json::array handovers;
    json::array overrides;
    if (const operations::OnCallPlan* plan = parts_.on_call) {
        person = plan->person_at(now);
        for (const std::string& name : plan->escalation_order(now))
            escalation.emplace_back(name);
        for (const auto& [at, name] : plan->handovers_after(now, kHandovers))
            handovers.push_back({{"at", base::to_iso8601(at)}, {"person", name}});
        for (const operations::OnCallOverride& one : plan->overrides()) {
            if (one.to <= now) continue;
            overrides.push_back({{"from", base::to_iso8601(one.from)},
                                 {"to", base::to_iso8601(one.to)},
                                 {"person", one.person}});
        }
    }
    json::object body;
    body["person"] = std::move(person);
    body["until"] = handovers.empty() ? json::value(nullptr) : handovers.front().at("at");
    body["escalation"] = std::move(escalation);
    body["handovers"] = std::move(handovers);
    body["overrides"] = std::move(overrides);
    call.send(std::move(body));
}

void AlertRoutes::show_alerts(host::RequestContext& call) {
    json::array alerts;
    for (const operations::Alert& alert : parts_.alerts())
        alerts.push_back(alert_json(alert));
    json::object body;
    body["alerts"] = std::move(alerts);
    call.send(std::move(body));
}

void AlertRoutes::show_channels(host::RequestContext& call) {
    json::array channels;
    for (const auto& channel : parts_.notifications.channels())
        channels.push_back(channel_json(channel));
    json::object body;
    body["channels"] = std::move(channels);
    json::array held;
    for (const auto& [subject, notice] : parts_.notifications.held())
        held.emplace_back(subject);
    body["held"] = std::move(held);
    call.send(std::move(body));
}

void AlertRoutes::send_test(host::RequestContext& call) {
    const std::string channel(call.parameter("channel"));
    std::string known;
    bool is_known = false;
    for (const auto& one : parts_.notifications.channels()) {
        known += (known.empty() ? "" : ", ") + one.name;
        is_known = is_known || one.name == channel;
    }
    if (!is_known) {
        return call.fail(404,
                         "CHANNEL_UNKNOWN",
                         "no channel of that name is configured; configured: " +
                             (known.empty() ? "none (see notify.slack_url, notify.pagerduty_key, "
                                              "notify.email_server, notify.webhook_url)"
                                            : known));
    }
    // The call outlives this handler: the channel answers within its time limit.
    auto waiting = std::make_shared<host::RequestContext>(std::move(call));
    const bool is_sent = parts_.notifications.send_test(
        channel, [this, waiting, channel](const ports::Delivery& delivery) {
            waiting->now = context_.now();
            if (delivery.result != ports::Delivery::Result::Delivered) {
                return waiting->fail(502,
                                     "NOTICE_NOT_DELIVERED",
                                     "the channel did not accept the message: " + delivery.error);
            }
            json::object body;
            body["channel"] = channel;
            waiting->send(std::move(body));
        });
    CHECK(is_sent);
}

}  // namespace botcore::api
