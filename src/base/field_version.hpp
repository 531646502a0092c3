#pragma once

/// Fields that a stored struct got after its first version. Visitors that read old bytes say which
/// version they read; for all others every field exists.

#include <cstdint>

namespace botcore::base {

/// Does what `visit` reads or writes have the fields that version `since` brought?
template <class Visit>
[[nodiscard]] constexpr bool has_fields_of(const Visit& visit, std::uint8_t since) {
    if constexpr (requires { visit.stored_version(); }) {
        return visit.stored_version() >= since;
    } else {
        return true;
    }
}

}  // namespace botcore::base
