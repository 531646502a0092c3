#pragma once

/// Who is at the other end of a connection: its peer or, behind proxies of ours, the address that
/// they name in X-Forwarded-For.
///
/// A1  The header is believed of a trusted proxy only. It is read from the right: addresses of
///     trusted proxies are passed over, the first other one counts. What stands left of it was
///     written by the client and is not looked at.
/// A2  What is no address ends the search: the last trusted proxy counts. A port is left out.
/// A3  Addresses are written in one way: IPv4 inside of IPv6 as IPv4.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

/// An address in 16 bytes; IPv4 is ::ffff:a.b.c.d.
using AddressBytes = std::array<std::uint8_t, 16>;

class TrustedProxies {
public:
    /// "127.0.0.1, 10.0.0.0/8, fd00::/8"; the text says what is wrong with it.
    [[nodiscard]] static base::Result<TrustedProxies, std::string> parse(std::string_view list);

    [[nodiscard]] bool trusts(std::string_view address) const;

    /// The address that counts for a request (A1): `forwarded_for` is the header's value.
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

/// An entry of the header: an IPv4 address, an IPv6 address with or without brackets; after the
/// IPv4 address and the brackets, a port may stand.
[[nodiscard]] std::optional<AddressBytes> parse_forwarded(std::string_view entry);

/// What an address's limits count under: an IPv4 address itself, of an IPv6 address the network of
/// 64 bits, since one customer has all of it.
[[nodiscard]] std::string limit_key(std::string_view address);

[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace botcore::shell::http
