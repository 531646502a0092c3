#pragma once

/// What a user or another caller may do.
///
/// R1  A role includes the rights of all roles before it.

#include <cstdint>
#include <string_view>

namespace botcore::model {

/// Never renumbered: the numbers are stored with the users.
enum class Role : std::uint8_t { Viewer = 0, Trader = 1, Operator = 2 };

[[nodiscard]] constexpr std::string_view to_text(Role role) {
    switch (role) {
        case Role::Viewer:
            return "viewer";
        case Role::Trader:
            return "trader";
        case Role::Operator:
            return "operator";
    }
    return "viewer";
}

}  // namespace botcore::model
