#pragma once

/// The URL of an external service, and parsers for the HTTP values that a client needs.

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::net {

enum class Transport : std::uint8_t { Plain, Tls };

/// Whether the host is this machine by its name or address: localhost, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback_host(const std::string& host);

struct ServiceUrl {
    Transport transport = Transport::Plain;
    std::string host;  ///< A name or an address, without brackets.
    std::uint16_t port = 0;
    std::string base;  ///< The prefix of each path; never ends in '/'.

    [[nodiscard]] bool is_loopback() const { return is_loopback_host(host); }

    /// The value of the Host header, which includes the port only when it is not the default port.
    [[nodiscard]] std::string authority() const;
};

/// Parses "https://host:port/base". The error says what is wrong and never contains the text, which
/// may hold a password.
[[nodiscard]] base::Result<ServiceUrl, std::string> parse_service_url(std::string_view text);

/// Parses the value of a Retry-After header: a number of seconds, or a date, which is compared with
/// `now`. Returns nothing when it is neither. More than a week is reduced to a week.
[[nodiscard]] std::optional<base::Duration> parse_retry_after(std::string_view text,
                                                              base::Timestamp now);

}  // namespace botcore::net
