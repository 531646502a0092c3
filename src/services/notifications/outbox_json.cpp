#include "services/notifications/outbox_json.hpp"

#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::notifications {

namespace json = boost::json;

using base::Failure;
using ports::NoticeLevel;

namespace {

constexpr std::int64_t kFormat = 1;

void read_facts(host::StoredObject& fields, ports::Notice& notice) {
    const json::object* facts = fields.object("facts");
    if (facts == nullptr) return;
    for (const auto& [name, value] : *facts) {
        if (const auto* text = value.if_string()) {
            notice.facts.emplace_back(name, std::string(*text));
        } else if (const auto* number = value.if_int64()) {
            notice.facts.emplace_back(name, *number);
        } else {
            fields.refuse("facts");
        }
    }
}

}  // namespace

std::string to_json(const runtime::OutboxRow& row) {
    const ports::Notice& notice = row.notice;
    json::object facts;
    for (const auto& [name, value] : notice.facts) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            facts[name] = *number;
        } else {
            facts[name] = std::get<std::string>(value);
        }
    }
    json::object object;
    object["format"] = kFormat;
    object["number"] = static_cast<std::int64_t>(row.number);
    object["channel"] = row.channel;
    object["id"] = notice.id;
    object["subject"] = notice.subject;
    object["level"] = static_cast<std::int64_t>(notice.level);
    object["over"] = notice.over;
    object["text"] = notice.text;
    object["page"] = notice.page;
    object["action"] = notice.action;
    object["time"] = notice.time.in_microseconds();
    object["facts"] = std::move(facts);
    return json::serialize(object);
}

base::Result<runtime::OutboxRow, std::string> parse_outbox_row(std::string_view text) {
    const json::object object = TRY(host::parse_stored(text, kFormat));
    host::StoredObject fields(object);
    runtime::OutboxRow row;
    const std::int64_t number = fields.number("number");
    if (number < 1) fields.refuse("number");
    row.number = static_cast<std::uint64_t>(number);
    row.channel = fields.text("channel");
    row.notice.id = fields.text("id");
    row.notice.subject = fields.text("subject");
    const std::int64_t level = fields.number("level");
    if (level < 0 || level > static_cast<std::int64_t>(NoticeLevel::Critical))
        fields.refuse("level");
    row.notice.level = static_cast<NoticeLevel>(level);
    row.notice.over = fields.flag("over");
    row.notice.text = fields.text("text");
    row.notice.page = fields.text("page");
    row.notice.action = fields.text("action");
    row.notice.time = base::Timestamp::from_microseconds(fields.number("time"));
    read_facts(fields, row.notice);
    if (!fields.error().empty()) return Failure{fields.error()};
    return row;
}

}  // namespace botcore::notifications
