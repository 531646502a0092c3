#pragma once

/// The address of the client of a connection: its peer or, behind trusted proxies, the address that
/// they name in X-Forwarded-For.
///
/// A1  The header is used only if the peer is a trusted proxy. It is read from the right: addresses
///     of trusted proxies are skipped, and the first other address is the client. Everything to its
///     left was written by the client and is ignored.
/// A2  An entry that is not an address ends the search; the last trusted proxy is then the client.
///     A port is ignored.
/// A3  Addresses are normalized: an IPv4 address mapped into IPv6 is written as IPv4.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

/// An address in 16 bytes; IPv4 is mapped as ::ffff:a.b.c.d.
using AddressBytes = std::array<std::uint8_t, 16>;

class TrustedProxies {
public:
    /// "127.0.0.1, 10.0.0.0/8, fd00::/8". The error says what is wrong.
    [[nodiscard]] static base::Result<TrustedProxies, std::string> parse(std::string_view list);

    [[nodiscard]] bool trusts(std::string_view address) const;

    /// The client's address by rule A1; `forwarded_for` is the value of X-Forwarded-For.
    [[nodiscard]] std::string client_of(std::string_view peer,
                                        std::string_view forwarded_for) const;

private:
    struct Network {
        AddressBytes address{};
        unsigned bits = 0;
    };

    [[nodiscard]] bool contains(const AddressBytes& address) const;

    std::vector<Network> networks_;
};

/// An entry of the header: an IPv4 address, or an IPv6 address with or without brackets. A port may
/// follow an IPv4 address or the brackets.
[[nodiscard]] std::optional<AddressBytes> parse_forwarded(std::string_view entry);

/// The key of an address's limits: an IPv4 address itself, or the 64-bit network of an IPv6
/// address, since one customer has all of it.
[[nodiscard]] std::string limit_key(std::string_view address);

[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace botcore::shell::http
