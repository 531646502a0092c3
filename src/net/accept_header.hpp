#pragma once

/// Reads the header Accept (RFC 9110, section 12.5.1).
///
/// Threads: any.

#include <string_view>

namespace botcore::net {

/// The two media types that a resource exists in, in lower case.
struct MediaChoice {
    std::string_view usual;
    std::string_view other;
};

/// `other` if the client prefers it, by its weight or, with equal weights, because it names `other`
/// more specifically than `usual`; else `usual`, also if the client accepts neither. Parts of the
/// header that cannot be read are ignored.
[[nodiscard]] std::string_view preferred_media(std::string_view accept, MediaChoice choice);

}  // namespace botcore::net
