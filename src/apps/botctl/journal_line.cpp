#include "apps/botctl/journal_line.hpp"

#include "apps/botctl/table.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// The descriptive fields of an input, in the order in which they are printed.
constexpr std::array<std::string_view, 26> kPrintedFields = {
    "kind",   "account", "from", "to",      "market",     "side",   "quantity", "symbol",   "asset",
    "amount", "deposit", "type", "price",   "stop_price", "order",  "id",       "leverage", "state",
    "mode",   "window",  "act",  "subject", "outcome",    "detail", "reason",   "text"};

const json::object& object_in(const json::object& parent, std::string_view name) {
    static const json::object kNone;
    const auto* value = parent.if_contains(name);
    return value == nullptr || !value->is_object() ? kNone : value->get_object();
}

void add(std::string& line, const std::string& word) {
    if (word.empty() || word == "-" || word == "NONE") return;
    if (!line.empty()) line += ' ';
    line += word;
}

/// Skips fields without information: zeros, objects and lists.
void add_field(std::string& line, const json::object& object, std::string_view name) {
    const std::string word = plain_text(object, name);
    if (word == "0" || word.starts_with('{') || word.starts_with('[')) return;
    add(line, word);
}

std::string time_of(const json::object& record) {
    const auto* micros = record.if_contains("exchange_time_us");
    if (micros == nullptr || !micros->is_int64()) return "-";
    return base::to_iso8601(base::Timestamp::from_microseconds(micros->get_int64()));
}

/// The input of the record. A report of the exchange has its fields one level deeper.
std::string input_text(const json::object& input) {
    std::string text;
    const json::object& report = object_in(input, "report");
    const json::object& body = report.empty() ? input : report;
    for (const std::string_view name : kPrintedFields) {
        if (name == "symbol") add_field(text, object_in(body, "instrument"), "symbol");
        add_field(text, body, name);
    }
    const std::string by = plain_text(object_in(input, "origin"), "owner");
    const std::string actor = plain_text(input, "actor");
    if (by != "-") text += " by " + by;
    if (actor != "-" && !actor.empty()) text += " by " + actor;
    return text;
}

/// The relevant fields of a changed row; empty for the other kinds of rows.
std::string change_text(std::string_view row, const json::object& image) {
    std::string text;
    if (row == "order") {
        text = "order";
        for (const char* name : {"id", "side", "quantity"})
            add_field(text, image, name);
        add_field(text, object_in(image, "instrument"), "symbol");
        add_field(text, image, "state");
        add_field(text, image, "reason");
    } else if (row == "position") {
        text = "position " + plain_text(image, "account");
        add_field(text, object_in(image, "instrument"), "symbol");
        add(text, plain_text(image, "quantity"));
    } else if (row == "account") {
        text = "account";
        for (const char* name : {"id", "state", "frozen_reason"})
            add_field(text, image, name);
    } else if (row == "window") {
        text = "window";
        for (const char* name : {"id", "state"})
            add_field(text, image, name);
    }
    return text;
}

}  // namespace

std::string journal_line(const json::object& record) {
    std::string line =
        plain_text(record, "sequence") + "  " + time_of(record) + "  " + plain_text(record, "kind");
    const std::string input = input_text(object_in(record, "input"));
    if (!input.empty()) line += "  " + input;
    const auto* changes = record.if_contains("changes");
    if (changes == nullptr || !changes->is_array()) return line;
    for (const auto& change : changes->get_array()) {
        if (!change.is_object()) continue;
        const auto& fields = change.get_object();
        const std::string text = change_text(plain_text(fields, "row"), object_in(fields, "image"));
        if (!text.empty()) line += "; " + text;
    }
    return line;
}

}  // namespace botcore::botctl
