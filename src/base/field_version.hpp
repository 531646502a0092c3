#pragma once

/// Support for fields that were added to a stored struct after its first version. A visitor that
/// reads old bytes reports the version of these bytes; for all other visitors every field exists.

#include <cstdint>

namespace botcore::base {

/// Whether the bytes that `visit` reads or writes contain the fields that were added in version
/// `since`.
template <class Visit>
[[nodiscard]] constexpr bool has_fields_of(const Visit& visit, std::uint8_t since) {
    if constexpr (requires { visit.stored_version(); }) {
        return visit.stored_version() >= since;
    } else {
        return true;
    }
}

}  // namespace botcore::base
