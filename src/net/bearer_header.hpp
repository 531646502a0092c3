#pragma once

/// The bearer token of a request (RFC 6750).

#include <cstddef>
#include <optional>
#include <string_view>

namespace botcore::net {

/// The longest token that is accepted in a header.
inline constexpr std::size_t kBearerMax = 256;

/// The token of a header `Authorization: Bearer <token>`; nothing for any other header. The scheme
/// is not case-sensitive (RFC 7235); the token is visible ASCII, at most 256 characters.
[[nodiscard]] std::optional<std::string_view> bearer_of(std::string_view header);

}  // namespace botcore::net
