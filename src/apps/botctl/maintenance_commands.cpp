#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"
#include "base/time_text.hpp"
#include "operations/maintenance.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <chrono>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

constexpr std::array<Column, 6> kWindow = {{{"window", "window"},
                                            {"state", "state"},
                                            {"begin", "begin"},
                                            {"end", "end"},
                                            {"emergency", "emergency"},
                                            {"text", "text"}}};

void print_window(std::ostream& out, const json::value& data) {
    if (const auto* window = data.if_object()) print_fields(out, *window, kWindow);
}

void print_maintenance(std::ostream& out, const json::value& data) {
    const auto* view = data.if_object();
    if (view == nullptr) return;
    const auto* operating = view->if_contains("operating");
    if (operating != nullptr && operating->is_object()) {
        out << "mode: " << plain_text(operating->get_object(), "mode") << "\n";
    }
    out << "banner: " << plain_text(*view, "banner") << "\n";
    const auto* windows = view->if_contains("windows");
    if (windows != nullptr && windows->is_array()) {
        print_table(out, windows->get_array(), kWindow, "no window has been planned yet");
    }
}

void print_uptime(std::ostream& out, const json::value& rows) {
    static constexpr Align kRight = Align::Right;
    static constexpr std::array<Column, 9> kColumns = {
        {{"DAYS", "days", kRight},
         {"AVAILABLE %", "availability_percent", kRight},
         {"WITH PLANNED %", "availability_with_planned_percent", kRight},
         {"TARGET %", "target_percent", kRight},
         {"DOWN s", "down_seconds", kRight},
         {"DEGRADED s", "degraded_seconds", kRight},
         {"PLANNED s", "planned_seconds", kRight},
         {"BUDGET LEFT s", "budget_left_seconds", kRight},
         {"OUTAGES", "outages", kRight}}};
    print_table(out, array_of(rows), kColumns, "no figures exist yet");
}

/// One line for each window and each month of each service.
void print_services(std::ostream& out, const json::value& services) {
    static constexpr Align kRight = Align::Right;
    static constexpr std::array<Column, 11> kColumns = {
        {{"SERVICE", "service"},
         {"WINDOW", "window"},
         {"TARGET %", "target_percent", kRight},
         {"AVAILABLE %", "availability_percent", kRight},
         {"FULLY FUNCTIONAL %", "fully_functional_percent", kRight},
         {"DOWN s", "down_seconds", kRight},
         {"OF THESE EMERGENCY s", "emergency_seconds", kRight},
         {"STOPPED s", "stopped_seconds", kRight},
         {"PLANNED s", "planned_seconds", kRight},
         {"BUDGET LEFT s", "budget_left_seconds", kRight},
         {"OUTAGES", "outages", kRight}}};
    json::array lines;
    for (const json::value& service : array_of(services)) {
        const auto* fields = service.if_object();
        if (fields == nullptr) continue;
        for (const char* list : {"uptime", "months"}) {
            const json::value* rows = fields->if_contains(list);
            if (rows == nullptr) continue;
            for (const json::value& row : array_of(*rows)) {
                if (!row.is_object()) continue;
                json::object line = row.get_object();
                line["service"] = plain_text(*fields, "service");
                line["window"] = line.contains("month") ? plain_text(line, "month")
                                                        : plain_text(line, "days") + " days";
                lines.push_back(std::move(line));
            }
        }
    }
    print_table(out, lines, kColumns, "no figures exist yet");
}

/// Prints one field of the detailed health.
int show_details(DaemonClient& client,
                 std::string_view field,
                 void (*print)(std::ostream&, const json::value&)) {
    const auto result = client.reach(get_request("/health/detailed"));
    if (!result) {
        return client.unavailable("the daemon does not respond at " + client.settings().url);
    }
    if (!*result) return client.finish(*result, print);
    json::error_code error;
    const json::value body = json::parse(result->value().body, error);
    if (error || !body.is_object() || !body.get_object().contains(field)) {
        return client.finish(*result, print);
    }
    return client.show(body.at(field), print);
}

json::object body_of(const MaintenancePlan& plan) {
    json::object body;
    if (!plan.begin.empty()) body["begin"] = plan.begin;
    if (plan.minutes > 0) body["minutes"] = plan.minutes;
    if (!plan.text.empty()) body["text"] = plan.text;
    if (plan.emergency) body["emergency"] = true;
    return body;
}

}  // namespace

int maintenance_next(DaemonClient& client) {
    const auto now =
        base::Timestamp::from_microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                               std::chrono::system_clock::now().time_since_epoch())
                                               .count());
    const operations::Period usual = operations::usual_window(now);
    json::object window;
    window["begin"] = base::to_iso8601(usual.begin);
    window["end"] = base::to_iso8601(usual.end);
    return client.show(window, [](std::ostream& out, const json::value& data) {
        static constexpr std::array<Column, 2> kFields = {{{"begin", "begin"}, {"end", "end"}}};
        print_fields(out, data.get_object(), kFields);
    });
}

int maintenance_status(DaemonClient& client) {
    return client.read("/api/maintenance", print_maintenance);
}

int maintenance_schedule(DaemonClient& client,
                         const CommandOptions& options,
                         const MaintenancePlan& plan) {
    ClientRequest request = request_of("POST", "/api/maintenance", options);
    request.body = json::serialize(body_of(plan));
    return client.command(std::move(request), print_window);
}

int maintenance_cancel(DaemonClient& client,
                       const CommandOptions& options,
                       const std::string& window) {
    return client.command(request_of("DELETE", "/api/maintenance/" + encoded(window), options),
                          print_window);
}

int maintenance_on(DaemonClient& client,
                   const CommandOptions& options,
                   const MaintenancePlan& plan) {
    ClientRequest request = request_of("POST", "/api/maintenance/on", options);
    request.body = json::serialize(body_of(plan));
    return client.command(std::move(request), print_window);
}

int maintenance_off(DaemonClient& client, const CommandOptions& options, bool ramp) {
    ClientRequest request = request_of("POST", "/api/maintenance/off", options);
    json::object body;
    body["ramp"] = ramp;
    request.body = json::serialize(body);
    return client.command(std::move(request), print_window);
}

int uptime(DaemonClient& client) {
    return show_details(client, "uptime", print_uptime);
}

int uptime_of_services(DaemonClient& client) {
    return show_details(client, "services", print_services);
}

}  // namespace botcore::botctl
