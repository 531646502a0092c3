#include "net/request_rules.hpp"

#include "net/client_address.hpp"
#include "net/comma_list.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <array>

namespace botcore::net {

namespace beast = boost::beast;
using beast::http::field;

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
}

/// The host name in lower case, without the port and without the final dot of an absolute name.
std::string name_of(std::string_view host) {
    std::string name = lower(host.substr(0, host.find(':')));
    if (name.ends_with('.')) name.pop_back();
    return name;
}

bool has_good_port(std::string_view host) {
    const std::size_t colon = host.find(':');
    if (colon == std::string_view::npos) return true;
    const std::string_view port = host.substr(colon + 1);
    return port.size() <= 5 &&
           std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<ErrorResponse> check_transfer_encoding(const BeastRequest& message) {
    const auto [begin, end] = message.equal_range(field::transfer_encoding);
    for (auto line = begin; line != end; ++line) {
        const std::string_view coding = trimmed({line->value().data(), line->value().size()});
        if (coding.empty() || message.version() < 11) return kMalformed;
        if (!beast::iequals(coding, "chunked")) return kUnknownCoding;
    }
    return std::nullopt;
}

}  // namespace

base::Result<HostNames, std::string> HostNames::parse(std::string_view list) {
    HostNames hosts;
    for (const std::string_view entry : entries_of(list)) {
        std::string name = lower(entry);
        if (!is_name(name)) {
            return base::Failure{
                "expected host names such as botcore.example.org, without port and scheme, "
                "separated by commas, but received '" +
                std::string(entry) + "'"};
        }
        hosts.names_.insert(std::move(name));
    }
    return hosts;
}

bool HostNames::accepts(std::string_view host) const {
    if (parse_forwarded(host)) return true;  // The host is an address, with or without a port.
    const std::string name = name_of(host);
    if (!is_name(name) || !has_good_port(host)) return false;
    return name == "localhost" || name.ends_with(".localhost") || names_.contains(name);
}

std::optional<TargetForm> split_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() ||
            !beast::iequals(target.substr(0, scheme.size()), scheme)) {
            continue;
        }
        const std::string_view rest = target.substr(scheme.size());
        const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
        const std::string_view authority = rest.substr(0, end);
        if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
        std::string path(rest.substr(end));
        if (!path.starts_with('/')) path.insert(path.begin(), '/');
        return TargetForm{authority, std::move(path)};
    }
    return TargetForm{std::nullopt, std::string(target)};
}

bool is_probe(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    constexpr std::array<std::string_view, 2> kHealth = {"/health", "/api/health"};
    return path == "/metrics" || std::ranges::any_of(kHealth, [&](std::string_view health) {
               return path.starts_with(health) &&
                      (path.size() == health.size() || path.at(health.size()) == '/');
           });
}

std::optional<ErrorResponse> check_head(const BeastRequest& message,
                                        const std::optional<TargetForm>& target,
                                        const HostNames& hosts) {
    if (auto refused = check_transfer_encoding(message)) return refused;
    if (!target) return kBadTarget;
    const auto count = message.count(field::host);
    const bool exempt = is_probe(target->origin_form);
    if (count > 1) return kNotOneHost;
    if (count == 0) {
        if (exempt && message.version() < 11) return std::nullopt;
        return kNotOneHost;
    }
    if (exempt) return std::nullopt;
    const auto value = message[field::host];
    const std::string_view host = target->authority.value_or(trimmed({value.data(), value.size()}));
    if (!hosts.accepts(host)) return kMisdirected;
    return std::nullopt;
}

}  // namespace botcore::net
