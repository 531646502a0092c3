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

/// Prints the texts of the list `name` on one line after `title`, if there are any.
void print_words(std::ostream& out, const json::value& data, const char* name, const char* title) {
    const auto* object = data.if_object();
    const auto* words = object == nullptr ? nullptr : object->if_contains(name);
    if (words == nullptr || !words->is_array() || words->get_array().empty()) return;
    out << title;
    for (const json::value& word : words->get_array())
        out << " " << (word.is_string() ? base::plain_line(word.get_string()) : std::string());
    out << "\n";
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
    print_words(out, data, "held", "Until the end of the quiet hours wait:");
}

void print_on_call(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 2> kColumns = {{{"FROM", "at"}, {"ON CALL", "person"}}};
    const auto text = [&](const char* name) {
        const auto* value = data.is_object() ? data.get_object().if_contains(name) : nullptr;
        return value != nullptr && value->is_string() ? base::plain_line(value->get_string())
                                                      : std::string();
    };
    if (text("person").empty()) {
        out << "nobody is on call: the key notify.on_call_file names no file\n";
        return;
    }
    out << "On call: " << text("person");
    out << (text("until").empty() ? std::string() : " until " + text("until")) << "\n";
    print_words(out, data, "escalation", "An incident is reported to, one after the other:");
    print_list(out, data, "handovers", kColumns, "nobody else takes over");
}

}  // namespace

int alerts(DaemonClient& client) {
    return client.read("/api/alerts", print_alerts);
}

int notify_list(DaemonClient& client) {
    return client.read("/api/notifications", print_channels);
}

int on_call(DaemonClient& client) {
    return client.read("/api/on-call", print_on_call);
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
