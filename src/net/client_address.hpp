#pragma once

/// Determines the address of the client of a connection: the address of the peer or, behind trusted
/// proxies, the address that these proxies name in the X-Forwarded-For header.
///
/// A1  The X-Forwarded-For header is used only if the peer is a trusted proxy. It is read from the
///     right: addresses of trusted proxies are skipped, and the first other address is the
///     client's. Everything to the left of that address was written by the client and is ignored.
/// A2  An entry that is not an address ends the search; the trusted proxy that was read last is
///     then the client. A port in an entry is ignored.
/// A3  Addresses are normalized: an IPv4 address mapped into IPv6 is written as IPv4.

#include "base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::net {

/// An address in 16 bytes; IPv4 is mapped as ::ffff:a.b.c.d.
using AddressBytes = std::array<std::uint8_t, 16>;

class TrustedProxies {
public:
    /// Parses a list such as "127.0.0.1, 10.0.0.0/8, fd00::/8". The error text says what is wrong
    /// with the list.
    [[nodiscard]] static base::Result<TrustedProxies, std::string> parse(std::string_view list);

    [[nodiscard]] bool trusts(std::string_view address) const;

    /// The client's address by the rules A1 to A3. `forwarded_for` is the value of the
    /// X-Forwarded-For header.
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

/// Parses an entry of the X-Forwarded-For header: an IPv4 address, or an IPv6 address with or
/// without brackets. A port may follow an IPv4 address or the brackets. Empty if the entry is not
/// an address.
[[nodiscard]] std::optional<AddressBytes> parse_forwarded(std::string_view entry);

/// The key under which the limits of an address are counted: an IPv4 address itself, or the /64
/// network of an IPv6 address, since providers give such a network to a single customer.
[[nodiscard]] std::string limit_key(std::string_view address);

[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace botcore::net
