#pragma once

/// The first start opens a paper account on each market, so that no setup is needed.

#include "runtime/runtime.hpp"

#include <string_view>

namespace botcore::apps {

/// `deposit` is a decimal amount of USDT that the configuration has validated.
void open_first_accounts(runtime::Runtime& runtime,
                         std::string_view deposit,
                         const model::Now& now);

}  // namespace botcore::apps
