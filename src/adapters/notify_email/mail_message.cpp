#include "adapters/notify_email/mail_message.hpp"

#include "base/calendar.hpp"
#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "observability/redact.hpp"
#include "protocol/journal.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <string_view>

namespace botcore::notify_email {

namespace {

using base::Timestamp;
using ports::Notice;
using ports::NoticeLevel;

// Limits in bytes, before encoding.
constexpr std::size_t kSourceMax = 60;
constexpr std::size_t kSubjectTextMax = 200;
constexpr std::size_t kTextMax = 8'000;
constexpr std::size_t kShortTextMax = 500;
constexpr std::size_t kFactMax = 2'000;
constexpr std::size_t kFactsMax = 100;

constexpr std::string_view kLineEnd = "\r\n";

/// One line of valid UTF-8 with at most `bytes_max` bytes, and an ellipsis if something was cut.
std::string one_line(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return base::plain_line(text);
    text = text.substr(0, bytes_max);
    text.remove_suffix(base::open_bytes(text));
    return base::plain_line(text) + "…";
}

/// A line of a text that may contain what must not leave the machine. First the search, so that no
/// cut shortens a secret until it is too short to be found.
std::string safe_line(std::string_view text, std::size_t bytes_max) {
    return one_line(observability::redact(base::plain_line(text)), bytes_max);
}

std::string html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), kVariant), '\0');
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    (void)sodium_bin2base64(out.data(), out.size(), data, bytes.size(), kVariant);
    out.pop_back();  // The terminating zero.
    return out;
}

std::string base64_lines(std::string_view bytes) {
    constexpr std::size_t kColumns = 76;
    const std::string text = base64(bytes);
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += kColumns) {
        out += text.substr(i, kColumns);
        out += kLineEnd;
    }
    return out;
}

/// The value of a header field that may contain any text (RFC 2047). Encoded words are at most 75
/// characters long, and no line with one is longer than 76.
std::string header_value(std::string_view text) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
    if (ascii && text.find("=?") == std::string_view::npos) return std::string(text);
    constexpr std::size_t kBytesOfWord = 39;  // "Subject: " stands before the first word.
    std::string out;
    while (!text.empty()) {
        std::string_view part = text.substr(0, kBytesOfWord);
        if (part.size() < text.size()) part.remove_suffix(base::open_bytes(part));
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + base64(part) + "?=";
        text.remove_prefix(part.size());
    }
    return out;
}

/// A short name that depends on all of the texts.
std::string digest_of(std::initializer_list<std::string_view> texts) {
    constexpr std::size_t kDigits = 32;
    std::string all;
    for (const std::string_view text : texts)
        all += std::to_string(text.size()) + ":" + std::string(text);
    return protocol::to_hex(protocol::hash_of(all)).substr(0, kDigits);
}

std::string domain_of(const std::string& address) {
    return address.substr(address.find('@') + 1);
}

std::string message_id(const Notice& notice, const MailParties& parties) {
    const std::string digest = notice.id.empty()
                                   ? digest_of({"notice",
                                                parties.source,
                                                notice.subject,
                                                notice.text,
                                                notice.over ? "over" : "",
                                                std::to_string(notice.time.in_microseconds())})
                                   : digest_of({"id", parties.source, notice.id});
    return "<" + digest + "@" + domain_of(parties.from) + ">";
}

/// The Message-ID that all notices about one subject refer to. No message has it.
std::string conversation_id(const Notice& notice, const MailParties& parties) {
    return "<" + digest_of({"subject", parties.source, notice.subject}) + "@" +
           domain_of(parties.from) + ">";
}

/// RFC 5322 has four digits for the year, and none before 1900.
Timestamp mail_time(Timestamp time) {
    using std::chrono::January;
    using std::chrono::year;
    const Timestamp first = base::midnight_of(year(1900) / January / 1);
    const Timestamp last =
        base::midnight_of(year(10'000) / January / 1) - base::Duration::seconds(1);
    return std::clamp(time, first, last);
}

std::string two_digits(std::int64_t number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

/// "Mon, 23 Nov 2026 11:53:00 +0000".
std::string date_of(Timestamp time) {
    constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::array<std::string_view, 7> kDays = {
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const auto day = base::day_of(time);
    const std::chrono::year_month_day date(day);
    const std::int64_t seconds = (time - base::midnight_of(day)).in_microseconds() / 1'000'000;
    std::string out(kDays.at(std::chrono::weekday(day).c_encoding()));
    out += ", " + two_digits(static_cast<unsigned>(date.day())) + " ";
    out += kMonths.at(static_cast<unsigned>(date.month()) - 1);
    out += " " + std::to_string(static_cast<int>(date.year())) + " ";
    out += two_digits(seconds / 3'600) + ":" + two_digits(seconds / 60 % 60) + ":";
    return out + two_digits(seconds % 60) + " +0000";
}

std::string_view mail_level(NoticeLevel level) {
    switch (level) {
        case NoticeLevel::Info:
            return "INFO";
        case NoticeLevel::Warning:
            return "WARNING";
        case NoticeLevel::Critical:
            return "CRITICAL";
    }
    return "?";
}

std::string_view label_of(const Notice& notice) {
    if (notice.over) return "RESOLVED";
    return notice.subject == "test" ? "TEST" : mail_level(notice.level);
}

struct Row {
    std::string name;
    std::string value;
};

/// What the message says, each text one line within its limit.
struct Content {
    std::string title;
    std::string text;
    std::string repetition;  ///< Empty: it is no repetition.
    std::vector<Row> rows;
    std::vector<Row> facts;
};

std::vector<Row> facts_of(const Notice& notice) {
    std::vector<Row> facts;
    for (const auto& [name, value] : notice.facts) {
        if (facts.size() == kFactsMax) {
            const std::size_t rest = notice.facts.size() - kFactsMax;
            facts.push_back({"Not shown", std::to_string(rest) + " more facts"});
            break;
        }
        const auto* number = std::get_if<std::int64_t>(&value);
        facts.push_back({one_line(name, kShortTextMax),
                         number != nullptr ? std::to_string(*number)
                                           : safe_line(std::get<std::string>(value), kFactMax)});
    }
    return facts;
}

Content content_of(const Notice& notice, const std::string& source) {
    Content content;
    content.title = mail_subject(notice, source);
    content.text = safe_line(notice.text, kTextMax);
    const auto add = [&content](std::string name, const std::string& value, std::size_t max) {
        if (!value.empty()) content.rows.push_back({std::move(name), one_line(value, max)});
    };
    std::string level(mail_level(notice.level));
    if (notice.over) level += ", the condition has ended";
    add("Level", level, kShortTextMax);
    add("Subject", notice.subject, kShortTextMax);
    add("Installation", source, kSourceMax);
    add("Time (UTC)", base::to_iso8601(mail_time(notice.time)), kShortTextMax);
    add("Action", safe_line(notice.action, kFactMax), kFactMax);
    add("Runbook", notice.page, kShortTextMax);
    add("Id", notice.id, kShortTextMax);
    content.facts = facts_of(notice);
    if (notice.may_be_repeated) {
        content.repetition = "This message may be a repetition";
        if (!notice.id.empty()) {
            content.repetition +=
                " of an earlier one with the id " + one_line(notice.id, kShortTextMax);
        }
        content.repetition += ".";
    }
    return content;
}

std::string plain_text(const Content& content) {
    std::string out = content.text + "\r\n\r\n";
    if (!content.repetition.empty()) out += content.repetition + "\r\n\r\n";
    for (const Row& row : content.rows)
        out += row.name + ": " + row.value + "\r\n";
    if (!content.facts.empty()) out += "\r\nFacts:\r\n";
    for (const Row& fact : content.facts)
        out += "- " + fact.name + ": " + fact.value + "\r\n";
    return out;
}

std::string html_text(const Content& content) {
    std::string out = "<!DOCTYPE html>\r\n<html lang=\"en\">\r\n<head><meta charset=\"utf-8\">";
    out += "<title>" + html(content.title) + "</title></head>\r\n<body>\r\n";
    out += "<p><strong>" + html(content.text) + "</strong></p>\r\n";
    if (!content.repetition.empty()) out += "<p>" + html(content.repetition) + "</p>\r\n";
    out += "<table>\r\n";
    for (const Row& row : content.rows) {
        out += "<tr><th align=\"left\">" + html(row.name) + "</th><td>" + html(row.value) +
               "</td></tr>\r\n";
    }
    out += "</table>\r\n";
    if (!content.facts.empty()) {
        out += "<p>Facts:</p>\r\n<ul>\r\n";
        for (const Row& fact : content.facts)
            out += "<li>" + html(fact.name) + ": " + html(fact.value) + "</li>\r\n";
        out += "</ul>\r\n";
    }
    return out + "</body>\r\n</html>\r\n";
}

std::string part_of(const std::string& boundary, std::string_view type, std::string_view text) {
    std::string out = "--" + boundary + "\r\n";
    out += "Content-Type: " + std::string(type) + "; charset=utf-8\r\n";
    out += "Content-Transfer-Encoding: base64\r\n\r\n";
    return out + base64_lines(text);
}

/// `subject` is not encoded yet. An empty `conversation` is left out.
std::string header_of(const Notice& notice,
                      const MailParties& parties,
                      const std::string& subject,
                      const std::string& conversation,
                      const std::string& boundary) {
    std::string to;
    for (const std::string& address : parties.to)
        to += (to.empty() ? "" : ",\r\n ") + address;
    std::string out;
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append(kLineEnd);
    };
    add("From", parties.from);
    add("To", to);
    add("Date", date_of(mail_time(notice.time)));
    add("Subject", header_value(subject));
    add("Message-ID", message_id(notice, parties));
    if (!conversation.empty()) {
        add("In-Reply-To", conversation);
        add("References", conversation);
    }
    add("Auto-Submitted", "auto-generated");
    add("MIME-Version", "1.0");
    add("Content-Type", "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
    return out;
}

std::string boundary_of(const Notice& notice) {
    // Base64 has no '=' before its end and no '_', so no line of a part begins like the boundary.
    return "=_botcore_" + digest_of({"boundary", notice.id, notice.text});
}

std::string body_of(const Content& content, const std::string& boundary) {
    return part_of(boundary, "text/plain", plain_text(content)) +
           part_of(boundary, "text/html", html_text(content)) + "--" + boundary + "--\r\n";
}

}  // namespace

std::string mail_subject(const Notice& notice, const std::string& source) {
    return "[" + one_line(source, kSourceMax) + "] " + std::string(label_of(notice)) + ": " +
           safe_line(notice.text, kSubjectTextMax);
}

std::string mail_message(const Notice& notice, const MailParties& parties) {
    const std::string boundary = boundary_of(notice);
    const Content content = content_of(notice, parties.source);
    return header_of(notice, parties, content.title, conversation_id(notice, parties), boundary) +
           std::string(kLineEnd) + body_of(content, boundary);
}

std::string user_mail_message(const Notice& notice, const MailParties& parties) {
    const std::string boundary = boundary_of(notice);
    Content content;
    content.title = safe_line(notice.subject, kSubjectTextMax);
    content.text = safe_line(notice.text, kTextMax);
    content.rows.push_back({"Time (UTC)", base::to_iso8601(mail_time(notice.time))});
    content.rows.push_back(
        {"Why you get this", "You have an account here; choose what you get in your profile."});
    if (notice.may_be_repeated)
        content.repetition = "This message may be a repetition of an earlier one.";
    return header_of(notice, parties, content.title, {}, boundary) + std::string(kLineEnd) +
           body_of(content, boundary);
}

}  // namespace botcore::notify_email
