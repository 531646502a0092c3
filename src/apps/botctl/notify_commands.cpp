#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"
#include "base/plain_text.hpp"

#include <array>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// Prints the list `name` of the data as a table.
template <std::size_t N>
void print_list(std::ostream& out,
                const json::value& data,
                const char* name,
                const std::array<Column, N>& columns,
                const char* if_empty) {
    const auto* object = data.if_object();
    const auto* rows = object == nullptr ? nullptr : object->if_contains(name);
    if (rows == nullptr || !rows->is_array()) return;
    print_table(out, rows->get_array(), columns, if_empty);
}

void print_alerts(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 6> kColumns = {{{"LEVEL", "level"},
                                                        {"STATE", "state"},
                                                        {"ALERT", "subject"},
                                                        {"SINCE", "since"},
                                                        {"SUMMARY", "summary"},
                                                        {"PAGE", "runbook"}}};
    print_list(out, data, "alerts", kColumns, "no condition of an alert holds");
}

void print_channels(std::ostream& out, const json::value& data) {
    static constexpr Align kRight = Align::Right;
    static constexpr std::array<Column, 7> kColumns = {
        {{"CHANNEL", "name"},
         {"WAITING", "waiting", kRight},
         {"DELIVERED", "delivered", kRight},
         {"FAILED ATTEMPTS", "failed_attempts", kRight},
         {"REFUSED", "refused", kRight},
         {"DROPPED", "dropped", kRight},
         {"LAST ERROR", "last_error"}}};
    print_list(out,
               data,
               "channels",
               kColumns,
               "no channel is configured: notices are only in the log (keys notify.slack_url, "
               "notify.pagerduty_key, notify.email_server, notify.webhook_url)");
    const json::array& held = data.at("held").as_array();
    if (held.empty()) return;
    out << "Until the end of the quiet hours wait:";
    for (const json::value& subject : held)
        out << " " << base::plain_line(subject.as_string());
    out << "\n";
}

}  // namespace

int alerts(DaemonClient& client) {
    return client.read("/api/alerts", print_alerts);
}

int notify_list(DaemonClient& client) {
    return client.read("/api/notifications", print_channels);
}

int notify_test(DaemonClient& client, const std::string& channel) {
    ClientRequest request;
    request.method = "POST";
    request.path = "/api/notifications/" + encoded(channel) + "/test";
    return client.command(std::move(request), [](std::ostream& out, const json::value& data) {
        static constexpr std::array<Column, 1> kFields = {{{"accepted by", "channel"}}};
        if (const auto* object = data.if_object()) print_fields(out, *object, kFields);
    });
}

}  // namespace botcore::botctl
