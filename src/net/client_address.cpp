#include "net/client_address.hpp"

#include "base/whole_number.hpp"
#include "net/comma_list.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <utility>

namespace botcore::net {

using base::Failure;

namespace {

constexpr AddressBytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
constexpr std::size_t kMappedBytes = 12;
constexpr unsigned kMappedBits = 96;

bool is_mapped(const AddressBytes& address) {
    return std::equal(kMapped.begin(), kMapped.begin() + kMappedBytes, address.begin());
}

std::optional<AddressBytes> parse_address(std::string_view text) {
    if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
    const std::string terminated(text);
    if (terminated.find('\0') != std::string::npos) return std::nullopt;
    AddressBytes bytes = kMapped;
    if (::inet_pton(AF_INET, terminated.c_str(), bytes.data() + kMappedBytes) == 1) return bytes;
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
    return std::nullopt;
}

/// Parses the address of a peer, without the interface name that a link-local address may have.
std::optional<AddressBytes> parse_peer(std::string_view text) {
    return parse_address(text.substr(0, text.find('%')));
}

std::string to_text(const AddressBytes& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool old = is_mapped(address);
    const char* const made = ::inet_ntop(old ? AF_INET : AF_INET6,
                                         address.data() + (old ? kMappedBytes : 0),
                                         text.data(),
                                         static_cast<socklen_t>(text.size()));
    return made == nullptr ? std::string() : std::string(made);
}

std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
    const auto number = base::whole_number<unsigned>(text);
    return number && *number <= max ? number : std::nullopt;
}

bool is_port(std::string_view text) {
    return parse_number(text, 65'535).has_value();
}

}  // namespace

base::Result<TrustedProxies, std::string> TrustedProxies::parse(std::string_view list) {
    TrustedProxies proxies;
    for (const std::string_view entry : entries_of(list)) {
        const std::size_t slash = entry.find('/');
        const auto address = parse_address(entry.substr(0, slash));
        std::optional<unsigned> bits = 128;
        if (address && slash != std::string_view::npos) {
            const unsigned before = is_mapped(*address) ? kMappedBits : 0;
            bits = parse_number(entry.substr(slash + 1), 128 - before);
            if (bits) bits = *bits == 0 ? std::nullopt : std::optional(*bits + before);
        }
        if (!address || !bits) {
            return Failure{
                "expected addresses and networks such as 127.0.0.1, 10.0.0.0/8 or "
                "fd00::/8, separated by commas, but received '" +
                std::string(entry) + "'"};
        }
        proxies.networks_.push_back({*address, *bits});
    }
    return proxies;
}

bool TrustedProxies::contains(const AddressBytes& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        for (unsigned bit = 0; bit < network.bits; bit += 8) {
            const unsigned left = std::min(8U, network.bits - bit);
            const auto mask = static_cast<std::uint8_t>(0xFFU << (8U - left));
            const std::size_t byte = bit / 8;
            if (((address.at(byte) ^ network.address.at(byte)) & mask) != 0) return false;
        }
        return true;
    });
}

bool TrustedProxies::trusts(std::string_view address) const {
    const auto parsed = parse_peer(address);
    return parsed && contains(*parsed);
}

std::string TrustedProxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
    const auto known = parse_peer(peer);
    if (!known) return std::string(peer);
    AddressBytes client = *known;
    while (contains(client) && !forwarded_for.empty()) {
        const std::size_t comma = forwarded_for.rfind(',');
        const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
        const auto next = parse_forwarded(trimmed(forwarded_for.substr(begin)));
        if (!next) break;  // A2
        client = *next;
        forwarded_for = forwarded_for.substr(0, begin == 0 ? 0 : comma);
    }
    return to_text(client);
}

std::optional<AddressBytes> parse_forwarded(std::string_view entry) {
    if (entry.starts_with('[')) {
        const std::size_t end = entry.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view inside = entry.substr(1, end - 1);
        const std::string_view rest = entry.substr(end + 1);
        const bool fits = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
        if (!fits || inside.find(':') == std::string_view::npos) return std::nullopt;
        return parse_address(inside);
    }
    const std::size_t colon = entry.find(':');
    const bool one = colon != std::string_view::npos && entry.rfind(':') == colon;
    if (!one) return parse_address(entry);
    return is_port(entry.substr(colon + 1)) ? parse_address(entry.substr(0, colon)) : std::nullopt;
}

std::string limit_key(std::string_view address) {
    auto bytes = parse_peer(address);
    if (!bytes) return std::string(address);
    if (is_mapped(*bytes)) return to_text(*bytes);
    std::fill(bytes->begin() + 8, bytes->end(), std::uint8_t{0});
    return to_text(*bytes) + "/64";
}

bool is_loopback(std::string_view address) {
    const auto bytes = parse_peer(address);
    if (!bytes) return false;
    if (is_mapped(*bytes)) return bytes->at(kMappedBytes) == 127;
    return *bytes == AddressBytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

}  // namespace botcore::net
