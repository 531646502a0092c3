#pragma once

/// The address of a Redis server: redis://[:password@]host[:port][/db].

#include "base/result.hpp"
#include "host/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::host {

struct RedisAddress {
    std::string host;
    std::uint16_t port = 6379;
    std::uint16_t database = 0;
    Secret password{""};  ///< Empty: none.
};

/// Parses the address. The password may contain %XX escapes; an IPv6 address is in brackets. The
/// error says what was expected and never repeats the text, which may contain the password.
[[nodiscard]] base::Result<RedisAddress, std::string> parse_redis_url(std::string_view text);

}  // namespace botcore::host
