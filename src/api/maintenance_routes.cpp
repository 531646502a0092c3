#include "api/maintenance_routes.hpp"

#include "api/api_schemas.hpp"
#include "base/time_text.hpp"
#include "base/whole_number.hpp"
#include "operations/maintenance.hpp"
#include "protocol/api_json.hpp"
#include "protocol/maintenance_requests.hpp"

#include <boost/json/array.hpp>

#include <vector>

namespace botcore::api {

namespace json = boost::json;

using operations::MaintenanceTimes;
using operations::ReturnWay;

namespace {

/// Added to the time of the request, since a command is applied slightly after it arrives.
constexpr model::Duration kHeadStart = model::Duration::seconds(1);

std::vector<model::MaintenanceWindow> windows_of(const core::State& state) {
    std::vector<model::MaintenanceWindow> windows;
    for (const auto& [id, window] : state.windows)
        windows.push_back(window);
    return windows;
}

}  // namespace

json::object maintenance_view(const core::State& state) {
    const auto windows = windows_of(state);
    const auto* window = operations::foremost(windows);
    const std::string banner = window == nullptr ? std::string() : operations::banner(*window);
    json::object view;
    view["operating"] = protocol::to_api(state.operating);
    view["banner"] = banner.empty() ? json::value(nullptr) : json::value(banner);
    view["window"] =
        window == nullptr ? json::value(nullptr) : json::value(protocol::to_api(*window));
    return view;
}

void MaintenanceRoutes::add_to(host::RouteTable& table) {
    add_maintenance_schemas(table.schemas());
    const auto add = [&](std::string_view pattern,
                         void (MaintenanceRoutes::*handler)(host::RequestContext&),
                         host::RouteRow row) {
        row.pattern = pattern;
        row.tag = "maintenance";
        row.handler = [this, handler](host::RequestContext& call) { (this->*handler)(call); };
        table.add(std::move(row));
    };
    const auto command = [](std::string_view method, std::string_view summary) {
        return host::RouteRow{.method = method,
                              .access = host::Access::Operator,
                              .purpose = host::Purpose::Admin,
                              .summary = summary,
                              .key_needed = true,
                              .response = "MaintenanceWindow",
                              .statuses = {404, 409, 422}};
    };
    add("/api/maintenance",
        &MaintenanceRoutes::show,
        {.access = host::Access::Public,
         .summary = "The operating mode, the banner, all windows, and the next usual window",
         .response = "Maintenance"});
    host::RouteRow schedule = command("POST", "Plans a maintenance window");
    schedule.request = "MaintenanceWish";
    add("/api/maintenance", &MaintenanceRoutes::schedule, std::move(schedule));
    host::RouteRow on = command("POST", "Begins maintenance now, as an emergency");
    on.request = "MaintenanceNow";
    add("/api/maintenance/on", &MaintenanceRoutes::begin_now, std::move(on));
    host::RouteRow off = command("POST", "Ends the maintenance that is in progress");
    off.request = "MaintenanceEnd";
    add("/api/maintenance/off", &MaintenanceRoutes::end_now, std::move(off));
    add("/api/maintenance/{window}",
        &MaintenanceRoutes::cancel,
        command("DELETE", "Cancels a window that has not begun"));
}

void MaintenanceRoutes::show(host::RequestContext& call) {
    if (!context_.running(call)) return;
    const core::State& state = context_.runtime.state();
    json::object view = maintenance_view(state);
    json::array windows;
    for (const auto& [id, window] : state.windows)
        windows.push_back(protocol::to_api(window));
    view["windows"] = std::move(windows);
    const operations::Period usual = operations::usual_window(call.now.time);
    json::object next;
    next["begin"] = base::to_iso8601(usual.begin);
    next["end"] = base::to_iso8601(usual.end);
    view["usual_window"] = std::move(next);
    call.send(std::move(view));
}

void MaintenanceRoutes::schedule(host::RequestContext& call) {
    if (!context_.begin_command(call, "POST /api/maintenance")) return;
    auto parsed = protocol::parse_maintenance_request(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    if (!context_.running(call)) return;
    const auto& requested = parsed.value().value;
    const model::Duration notice = requested.emergency
                                       ? model::Duration()
                                       : context_.runtime.state().policy.maintenance_notice;
    model::ScheduleMaintenance command;
    command.begin = requested.begin.value_or(
        operations::usual_window(call.now.time + notice + kHeadStart).begin);
    command.end = command.begin + requested.length;
    command.emergency = requested.emergency;
    command.text = requested.text;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void MaintenanceRoutes::begin_now(host::RequestContext& call) {
    if (!context_.begin_command(call, "POST /api/maintenance/on")) return;
    auto parsed = protocol::parse_maintenance_now(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    model::ScheduleMaintenance command;
    command.begin = call.now.time + kHeadStart;
    command.end = command.begin + parsed.value().value.length;
    command.emergency = true;
    command.text = parsed.value().value.text;
    command.origin = context_.origin_of(call, parsed.value().canonical);
    context_.submit(call, std::move(command));
}

void MaintenanceRoutes::end_now(host::RequestContext& call) {
    if (!context_.begin_command(call, "POST /api/maintenance/off")) return;
    auto parsed = protocol::parse_maintenance_end(call.request.body);
    if (!parsed) return call.fail(400, parsed.error());
    if (!context_.running(call)) return;
    const ReturnWay way = parsed.value().value.ramp ? ReturnWay::Gradual : ReturnWay::AtOnce;
    std::vector<model::MaintenanceWindow> movable;
    const auto move_of = [&](const model::MaintenanceWindow& window) {
        return operations::return_move(window, MaintenanceTimes(), call.now.time, way);
    };
    for (const auto& [id, window] : context_.runtime.state().windows) {
        if (move_of(window)) movable.push_back(window);
    }
    // A window that is under way comes before an emergency that is only planned.
    if (const auto* window = operations::foremost(movable)) {
        const auto move = move_of(*window);
        model::MoveMaintenance command;
        command.window = window->id;
        command.state = move->state;
        command.until = move->until;
        command.origin = context_.origin_of(call, parsed.value().canonical);
        return context_.submit(call, std::move(command));
    }
    call.fail(409,
              "WINDOW_NOT_MOVABLE",
              "no maintenance is in progress that could be ended; GET /api/maintenance shows the "
              "planned windows, and DELETE /api/maintenance/{window} cancels one");
}

void MaintenanceRoutes::cancel(host::RequestContext& call) {
    const std::string& id = call.parameter("window");
    if (!context_.begin_command(call, "DELETE /api/maintenance/" + id)) return;
    if (!context_.read_no_fields(call)) return;
    const auto window = base::whole_number<std::uint64_t>(id);
    if (!window) {
        return call.fail(404,
                         "WINDOW_UNKNOWN",
                         "the number of a maintenance window must be a whole number such as 42");
    }
    model::MoveMaintenance command;
    command.window = *window;
    command.state = model::WindowState::Canceled;
    command.origin = context_.origin_of(call, {});
    context_.submit(call, std::move(command));
}

}  // namespace botcore::api
