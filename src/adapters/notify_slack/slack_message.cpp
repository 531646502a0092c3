#include "adapters/notify_slack/slack_message.hpp"

#include "base/cut_text.hpp"
#include "host/notice_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

namespace botcore::notify_slack {

namespace {

namespace json = boost::json;

// Slack's limits: 150 characters for a header, 3,000 for the text of a section or of a context
// element, 2,000 and ten for the fields of a section, 50 blocks, ten elements of a context. With
// the limits below, everything except the facts has less than 10,500 characters.
constexpr std::size_t kHeaderMax = 150;
constexpr std::size_t kSectionMax = 3'000;
constexpr std::size_t kFallbackMax = 2'000;
constexpr std::size_t kActionMax = 2'000;
constexpr std::size_t kPageMax = 1'000;
constexpr std::size_t kNameMax = 200;
constexpr std::size_t kFieldMax = 500;
constexpr std::size_t kFieldsOfSection = 10;
/// What a section costs besides its fields, rounded up.
constexpr std::size_t kSectionCost = 40;
/// For the remark that facts were left out.
constexpr std::size_t kRemarkCost = 150;
constexpr std::size_t kBlocksMax = 50;
/// The header, the sentence and the context.
constexpr std::size_t kOtherBlocks = 3;
static_assert(host::kFactsMax / kFieldsOfSection + kOtherBlocks <= kBlocksMax);

std::string_view state_of(const ports::Notice& notice) {
    if (notice.over) return "Resolved";
    switch (notice.level) {
        case ports::NoticeLevel::Info:
            return "Info";
        case ports::NoticeLevel::Warning:
            return "Warning";
        case ports::NoticeLevel::Critical:
            return "Critical";
    }
    return "Notice";
}

/// A name as it is shown in the message.
std::string shown_name(std::string_view text) {
    return escaped_text(host::notice_name(text, kNameMax), kNameMax);
}

json::object plain(std::string_view text) {
    return {{"type", "plain_text"}, {"text", text}, {"emoji", false}};
}

json::object section_of(std::string_view text) {
    return {{"type", "section"}, {"text", plain(text)}};
}

std::size_t cost_of(const json::value& value) {
    return base::count_characters(json::serialize(value));
}

/// The part of the message that a phone shows, and a client that shows no blocks.
std::string fallback(const ports::Notice& notice, const std::string& source) {
    std::string text = "[" + source + "] ";
    text.append(state_of(notice)).append(": ");
    text += escaped_text(host::notice_line(notice.text, kFallbackMax), kFallbackMax);
    if (notice.may_be_repeated) {
        text += " (may be repeated";
        if (!notice.id.empty()) text += ", id " + shown_name(notice.id);
        text += ")";
    }
    return text;
}

json::object page_element(const std::string& page) {
    if (!host::is_web_link(page)) {
        return plain("Runbook: " + escaped_text(host::notice_name(page, kPageMax), kPageMax));
    }
    const std::string link = escaped_text(page, kPageMax);
    if (link.ends_with(base::kEllipsis)) return plain("Runbook: " + link);
    return {{"type", "mrkdwn"}, {"text", "Runbook: <" + link + ">"}, {"verbatim", true}};
}

json::array context_elements(const ports::Notice& notice, const std::string& source) {
    json::array elements;
    if (!notice.action.empty()) {
        const std::string action = host::notice_line(notice.action, kActionMax);
        elements.emplace_back(plain("Action: " + escaped_text(action, kActionMax)));
    }
    if (!notice.page.empty()) elements.emplace_back(page_element(notice.page));
    elements.emplace_back(plain("Source: " + source));
    elements.emplace_back(plain("Time: " + host::notice_time(notice.time)));
    if (!notice.id.empty()) elements.emplace_back(plain("Id: " + shown_name(notice.id)));
    if (notice.may_be_repeated) {
        elements.emplace_back(
            plain("This message may be repeated: an earlier attempt may have reached you."));
    }
    return elements;
}

json::object field_of(const host::NoticeFact& fact) {
    std::string text = host::notice_name(fact.first, host::kFactNameMax) + ": ";
    if (const auto* number = std::get_if<std::int64_t>(&fact.second)) {
        text += std::to_string(*number);
    } else {
        text += host::notice_line(std::get<std::string>(fact.second), host::kFactValueMax);
    }
    return plain(escaped_text(text, kFieldMax));
}

/// Appends sections with as many facts as fit into `left` characters; returns their number.
std::size_t append_facts(json::array& blocks, const ports::Notice& notice, std::size_t left) {
    json::array fields;
    const auto end_section = [&] {
        if (fields.empty()) return;
        blocks.emplace_back(json::object{{"type", "section"}, {"fields", std::move(fields)}});
        fields = json::array();
    };
    std::size_t count = 0;
    for (const host::NoticeFact& fact : notice.facts) {
        json::object field = field_of(fact);
        const std::size_t cost = cost_of(field) + 1 + (fields.empty() ? kSectionCost : 0);
        if (cost > left || count == host::kFactsMax) break;
        left -= cost;
        fields.emplace_back(std::move(field));
        if (fields.size() == kFieldsOfSection) end_section();
        ++count;
    }
    end_section();
    return count;
}

}  // namespace

std::string escaped_text(std::string_view text, std::size_t max) {
    std::string out;
    std::size_t used = 0;
    std::size_t kept = 0;  // The bytes of `out` after which the ellipsis still fits.
    while (!text.empty()) {
        const std::string_view character = base::first_character(text);
        std::string_view shown = character;
        if (character == "&") shown = "&amp;";
        if (character == "<") shown = "&lt;";
        if (character == ">") shown = "&gt;";
        const bool escaped_in_json = character == "\"" || character == "\\";
        used += base::count_characters(shown) + (escaped_in_json ? 1 : 0);
        if (used > max) return out.substr(0, kept).append(base::kEllipsis);
        out += shown;
        if (used < max) kept = out.size();
        text.remove_prefix(character.size());
    }
    return out;
}

std::string slack_message(const ports::Notice& notice, std::string_view source) {
    const std::string place = shown_name(source);
    const std::string subject = notice.subject.empty() ? std::string(source) : notice.subject;
    const std::string title =
        std::string(state_of(notice)) + ": " + host::notice_name(subject, kHeaderMax);
    const std::string sentence = notice.text.empty() ? title : notice.text;
    json::object header{{"type", "header"}, {"text", plain(escaped_text(title, kHeaderMax))}};
    json::array blocks{
        std::move(header),
        section_of(escaped_text(host::notice_line(sentence, kSectionMax), kSectionMax))};
    json::array elements = context_elements(notice, place);
    json::object message{{"text", fallback(notice, place)}};
    const std::size_t cost =
        cost_of(message) + cost_of(blocks) + cost_of(elements) + 2 * kSectionCost + kRemarkCost;
    const std::size_t count =
        append_facts(blocks, notice, kMessageMax - std::min(cost, kMessageMax));
    if (const std::size_t left_out = notice.facts.size() - count; left_out > 0) {
        elements.emplace_back(plain("Facts left out: " + std::to_string(left_out)));
    }
    blocks.emplace_back(json::object{{"type", "context"}, {"elements", std::move(elements)}});
    message.emplace("blocks", std::move(blocks));
    return json::serialize(message);
}

}  // namespace botcore::notify_slack
