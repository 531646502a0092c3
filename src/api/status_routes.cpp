#include "api/status_routes.hpp"

#include "net/accept_header.hpp"

#include <utility>

namespace botcore::api {

namespace {

constexpr std::string_view kHtmlMedia = "text/html";
constexpr std::string_view kJsonMedia = "application/json";

void add_status_schemas(host::SchemaTable& schemas) {
    schemas.add_words("PublicState",
                      "How well a part of the service works",
                      {"operational", "degraded", "maintenance", "outage"});
    schemas.add_words("PublicDayState",
                      "The worst that happened on a day",
                      {"operational", "degraded", "maintenance", "outage", "no_data"});
    schemas.add_words(
        "PublicWindowState", "Whether a maintenance window has begun", {"planned", "in_progress"});
    schemas.add_object("PublicComponent", "A part of the service", "name:text state:PublicState");
    schemas.add_object("PublicWindow",
                       "A maintenance window that is planned or in progress",
                       "begin:Time end:Time state:PublicWindowState emergency:boolean");
    schemas.add_object("PublicIncident",
                       "What users may know about an incident; the title is a fixed text",
                       "severity:IncidentSeverity title:text began:Time acknowledged:Time? "
                       "recovered:Time? resolved:Time? under_review:boolean");
    schemas.add_object("PublicDay",
                       "A UTC day; the availability is null without data",
                       "date:text state:PublicDayState availability_percent:text?");
    schemas.add_object("StatusPage",
                       "The public state of the service; incidents and days of 90 days",
                       "as_of:Time state:PublicState components:[PublicComponent] "
                       "maintenance:[PublicWindow] incidents:[PublicIncident] "
                       "incidents_left_out:Number availability_percent:text? days:[PublicDay]");
}

}  // namespace

void StatusRoutes::add_to(host::RouteTable& table) {
    add_status_schemas(table.schemas());
    table.add({.pattern = "/status",
               .access = host::Access::Public,
               .purpose = host::Purpose::Probe,
               .handler = [this](host::RequestContext& call) { show(call); },
               .tag = "status",
               .summary = "The public status page; HTML unless Accept prefers application/json",
               .response = "StatusPage",
               .html = true});
}

/// The headers replace those of other responses: the page may be cached and has its own styles, but
/// no script.
void StatusRoutes::show(host::RequestContext& call) const {
    const std::string_view media = net::preferred_media(call.request.header("accept"),
                                                        {.usual = kHtmlMedia, .other = kJsonMedia});
    net::HttpResponse response;
    response.headers = std::move(call.headers);
    response.headers.emplace_back("Cache-Control", "public, max-age=10");
    response.headers.emplace_back("Vary", "Accept");
    if (media == kJsonMedia) {
        response.body = publisher_.json();
    } else {
        response.content_type = "text/html; charset=utf-8";
        response.headers.emplace_back(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'");
        response.body = publisher_.html();
    }
    call.respond(std::move(response));
}

}  // namespace botcore::api
