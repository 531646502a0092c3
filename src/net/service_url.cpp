#include "net/service_url.hpp"

#include "base/whole_number.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace botcore::net {

namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::int64_t kRetryAfterMaxSeconds = 7 * 86'400;

bool is_host(std::string_view host) {
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_' || c == ':';
    });
}

bool is_path(std::string_view path) {
    return std::ranges::all_of(
        path, [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#'; });
}

/// True when `text` equals `form` at every position where `form` has no '#'.
bool has_form(std::string_view text, std::string_view form) {
    return std::ranges::equal(text, form, [](char c, char f) { return f == '#' || c == f; });
}

/// Parses a date such as "Sun, 06 Nov 1994 08:49:37 GMT", the only form that a sender may still
/// generate (RFC 9110, 5.6.7).
std::optional<std::int64_t> date_seconds(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::array<std::string_view, 7> kDays = {
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    if (!has_form(text, "###, ## ### #### ##:##:## GMT")) return std::nullopt;
    if (std::ranges::find(kDays, text.substr(0, 3)) == kDays.end()) return std::nullopt;
    const auto day = base::whole_number<unsigned>(text.substr(5, 2));
    const auto month = std::ranges::find(kMonths, text.substr(8, 3));
    const auto year = base::whole_number<unsigned>(text.substr(12, 4));
    const auto hour = base::whole_number<unsigned>(text.substr(17, 2));
    const auto minute = base::whole_number<unsigned>(text.substr(20, 2));
    const auto second = base::whole_number<unsigned>(text.substr(23, 2));
    if (!day || month == kMonths.end() || !year || !hour || !minute || !second) {
        return std::nullopt;
    }
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::chrono::year_month_day date(
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
        std::chrono::day(*day));
    if (!date.ok()) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace

std::string ServiceUrl::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const std::uint16_t usual = transport == Transport::Tls ? kHttpsPort : kHttpPort;
    return port == usual ? name : name + ":" + std::to_string(port);
}

bool is_loopback_host(const std::string& host) {
    if (host == "localhost") return true;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

base::Result<ServiceUrl, std::string> parse_service_url(std::string_view text) {
    ServiceUrl url;
    if (text.starts_with("https://")) {
        url.transport = Transport::Tls;
        url.port = kHttpsPort;
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        url.port = kHttpPort;
        text.remove_prefix(7);
    } else {
        return base::Failure{
            std::string("a service's address must begin with http:// or https://")};
    }
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash);
    std::string_view base = text.substr(slash);
    while (base.ends_with('/'))
        base.remove_suffix(1);
    if (authority.find('@') != std::string_view::npos) {
        return base::Failure{
            std::string("a service's address must not contain a user name or password")};
    }
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) {
            return base::Failure{std::string("the '[' of the host has no ']'")};
        }
        port = authority.substr(close + 1);
        authority = authority.substr(1, close - 1);
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        port = authority.substr(colon);
        authority = authority.substr(0, colon);
    }
    if (!is_host(authority)) {
        return base::Failure{std::string("the host is missing or contains an invalid character")};
    }
    if (!port.empty()) {
        const auto number = base::whole_number<std::uint16_t>(port.substr(1));
        if (port.front() != ':' || !number || *number == 0) {
            return base::Failure{std::string("the port must be a number from 1 to 65535")};
        }
        url.port = *number;
    }
    if (!is_path(base)) {
        return base::Failure{std::string("the path must not contain spaces, '?' or '#'")};
    }
    url.host = authority;
    url.base = base;
    return url;
}

std::optional<base::Duration> parse_retry_after(std::string_view text, base::Timestamp now) {
    auto seconds = base::whole_number<std::int64_t>(text);
    if (!seconds) {
        seconds = date_seconds(text);
        if (!seconds) return std::nullopt;
        *seconds = std::max<std::int64_t>(0, *seconds - now.in_milliseconds() / 1'000);
    }
    if (*seconds < 0) return std::nullopt;
    return base::Duration::seconds(std::min(*seconds, kRetryAfterMaxSeconds));
}

}  // namespace botcore::net
