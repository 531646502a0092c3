#pragma once

/// The clock of the tests of this folder.

#include "base/time.hpp"

#include <cstdint>

namespace botcore::resilience {

inline constexpr base::Timestamp kStart = base::Timestamp::from_milliseconds(1'767'225'600'000);

/// So many milliseconds after the start.
constexpr base::Timestamp at(std::int64_t milliseconds) {
    return kStart + base::Duration::milliseconds(milliseconds);
}

}  // namespace botcore::resilience
