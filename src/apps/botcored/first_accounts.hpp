#pragma once

/// The first start has a paper account on each market, so that there is nothing to set up.

#include "runtime/runtime.hpp"

#include <string_view>

namespace botcore::apps {

/// `deposit` is a decimal text of USDT that the configuration let pass.
void open_first_accounts(runtime::Runtime& runtime,
                         std::string_view deposit,
                         const runtime::Now& now);

}  // namespace botcore::apps
