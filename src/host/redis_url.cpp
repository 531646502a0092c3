#include "host/redis_url.hpp"

#include "base/whole_number.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace botcore::host {

namespace {

constexpr std::string_view kScheme = "redis://";

base::Failure<std::string> refused(std::string_view what) {
    return base::Failure{std::string(what) +
                         "; expected redis://[:password@]host[:port][/database]"};
}

std::optional<std::uint16_t> number_of(std::string_view text, std::uint16_t max) {
    const auto value = base::whole_number<std::uint16_t>(text);
    return value && *value <= max ? value : std::nullopt;
}

bool is_host(std::string_view host) {
    return std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_' || c == ':';
    });
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned value = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const char* const digits = text.data() + i + 1;
        const auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
        if (error != std::errc() || end != digits + 2) return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

}  // namespace

base::Result<RedisAddress, std::string> parse_redis_url(std::string_view text) {
    if (!text.starts_with(kScheme)) return refused("the address does not begin with redis://");
    text.remove_prefix(kScheme.size());
    RedisAddress address;
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        if (text.front() != ':') return refused("a user name before the password is not supported");
        auto password = unescaped(text.substr(1, at - 1));
        if (!password) return refused("the password contains an invalid escape");
        address.password = Secret(*std::move(password));
        text.remove_prefix(at + 1);
    }
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto name = text.substr(slash + 1);
        const auto database = number_of(name, 999);
        if (!database && !name.empty())
            return refused("the database is not a number from 0 to 999");
        address.database = database.value_or(0);
        text = text.substr(0, slash);
    }
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return refused("a bracket is not closed");
        address.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        address.host = text.substr(0, colon);
        if (colon != std::string_view::npos) rest = text.substr(colon);
    }
    if (address.host.empty()) return refused("the host is missing");
    if (!is_host(address.host)) return refused("the host contains an invalid character");
    if (rest.empty()) return address;
    const auto port = rest.front() == ':' ? number_of(rest.substr(1), 65'535) : std::nullopt;
    if (!port || *port == 0) return refused("the port is not a number from 1 to 65535");
    address.port = *port;
    return address;
}

}  // namespace botcore::host
