#include "adapters/notify_pagerduty/pagerduty_event.hpp"

#include "base/plain_text.hpp"
#include "host/notice_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sodium.h>

#include <array>
#include <utility>

namespace botcore::notify_pagerduty {

namespace {

namespace json = boost::json;

constexpr std::size_t kSummaryMax = 1'024;  // Characters.
constexpr std::size_t kKeyBytesMax = 255;
constexpr std::size_t kNameMax = 255;
constexpr std::size_t kActionMax = 2'000;
constexpr std::size_t kPageMax = 1'000;
// A character has at most four bytes in JSON: quotes have two, all others are written as they are.
constexpr std::size_t kEventBytesMax = 512'000;
constexpr std::size_t kOtherBytes = 2'000;
static_assert(4 * (host::kFactsMax * (host::kFactNameMax + host::kFactValueMax) + kSummaryMax +
                   4 * kNameMax + kActionMax + 2 * kPageMax) +
                  kKeyBytesMax + kOtherBytes <=
              kEventBytesMax);

std::string hash_of(std::string_view text) {
    std::array<unsigned char, 16> hash{};
    static_assert(hash.size() == crypto_generichash_BYTES_MIN);
    crypto_generichash(hash.data(),
                       hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(),
                       nullptr,
                       0);
    std::array<char, 2 * hash.size() + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    return {hex.data()};
}

json::object details_of(const ports::Notice& notice) {
    json::object details;
    if (!notice.id.empty()) details.emplace("id", host::notice_name(notice.id, kNameMax));
    if (!notice.action.empty()) {
        details.emplace("action", host::notice_line(notice.action, kActionMax));
    }
    if (!notice.page.empty() && !host::is_web_link(notice.page)) {
        details.emplace("runbook", host::notice_name(notice.page, kPageMax));
    }
    host::add_facts(details, notice.facts);
    return details;
}

}  // namespace

std::string dedup_key(std::string_view source, std::string_view subject) {
    const std::string whole = std::string(source).append("/").append(subject);
    const std::string plain = base::plain_line(whole);
    if (plain.size() <= kKeyBytesMax && plain == whole) return plain;
    const std::string end = "#" + hash_of(whole);
    std::string_view begin = std::string_view(plain).substr(0, kKeyBytesMax - end.size());
    begin.remove_suffix(base::open_bytes(begin));
    return std::string(begin).append(end);
}

std::string pagerduty_event(const ports::Notice& notice,
                            const host::Secret& routing_key,
                            std::string_view source) {
    const std::string& summary = notice.text.empty() ? notice.subject : notice.text;
    const std::string subject = host::notice_name(notice.subject, kNameMax);
    json::object payload{
        {"summary", summary.empty() ? "notice" : host::notice_line(summary, kSummaryMax)},
        {"source", host::notice_name(source, kNameMax)},
        {"severity", to_text(notice.level)},
        {"timestamp", host::notice_time(notice.time)},
        {"component", "botcored"},
        {"group", "botcore"},
        {"class", subject},
        {"custom_details", details_of(notice)}};
    json::object event{{"routing_key", routing_key.reveal()},
                       {"event_action", notice.over ? "resolve" : "trigger"},
                       {"dedup_key", dedup_key(source, notice.subject)},
                       {"payload", std::move(payload)}};
    if (host::is_web_link(notice.page)) {
        event.emplace("links", json::array{{{"href", notice.page}, {"text", "Runbook"}}});
    }
    return json::serialize(event);
}

}  // namespace botcore::notify_pagerduty
