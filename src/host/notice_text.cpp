#include "host/notice_text.hpp"

#include "base/cut_text.hpp"
#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "observability/redact.hpp"

#include <algorithm>

namespace botcore::host {

namespace {

constexpr std::size_t kLinkBytesMax = 1'000;
constexpr auto kYear0 = base::Timestamp::from_milliseconds(-62'167'219'200'000);
constexpr auto kEndOfYear9999 = base::Timestamp::from_milliseconds(253'402'300'799'999);

}  // namespace

std::string notice_name(std::string_view text, std::size_t characters_max) {
    return base::cut_to_characters(base::plain_line(text), characters_max);
}

std::string notice_line(std::string_view text, std::size_t characters_max) {
    // First the search, so that no cut shortens a token until it is too short to be found.
    return base::cut_to_characters(observability::redact(base::plain_line(text)), characters_max);
}

std::string notice_time(base::Timestamp time) {
    return base::to_iso8601(std::clamp(time, kYear0, kEndOfYear9999));
}

void add_facts(boost::json::object& object, std::span<const NoticeFact> facts) {
    for (const auto& [name, value] : facts.first(std::min(facts.size(), kFactsMax))) {
        const std::string key = notice_name(name, kFactNameMax);
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            object.emplace(key, *number);
        } else {
            object.emplace(key, notice_line(std::get<std::string>(value), kFactValueMax));
        }
    }
}

bool is_web_link(std::string_view text) {
    if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
    return text.size() <= kLinkBytesMax && std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != '|' && c != '"';
           });
}

}  // namespace botcore::host
