#pragma once

/// Who is calling, and what that person or program may do.

#include "model/names.hpp"

#include <cstdint>
#include <string>

namespace botcore::shell::auth {

/// Stored with each user: never renumber. A higher role may do what a lower one may.
enum class Role : std::uint8_t {
    Viewer = 1,
    Trader = 2,
    Operator = 3,
};

struct Caller {
    model::Owner owner;
    Role role = Role::Viewer;
    std::string name;
};

}  // namespace botcore::shell::auth
