#pragma once

/// The address of a service that we call, and the small texts of HTTP that a caller has to read.

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::outbound {

enum class Transport : std::uint8_t { Plain, Tls };

struct ServiceUrl {
    Transport transport = Transport::Plain;
    std::string host;  ///< A name or an address, without brackets.
    std::uint16_t port = 0;
    std::string base;  ///< What stands before each path; never ends in '/'.

    /// For the Host header: the port only where it is not the usual one.
    [[nodiscard]] std::string authority() const;
};

/// Reads "https://host:port/base". The error says what is wrong and never repeats the text, which
/// may hold a password.
[[nodiscard]] base::Result<ServiceUrl, std::string> parse_service_url(std::string_view text);

/// A Retry-After header: seconds, or a date, which is compared with `now`. Nothing where it is
/// neither. Longer than a week counts as a week.
[[nodiscard]] std::optional<base::Duration> parse_retry_after(std::string_view text,
                                                              base::Timestamp now);

}  // namespace botcore::shell::outbound
