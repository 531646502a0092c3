#pragma once

/// Assertions that stay on in every build, for our own mistakes only (style rules A1-A7). Input
/// from outside gets a `Result` instead.

namespace botcore::base {

/// Prints the broken condition to standard error and aborts the process. Allocates nothing.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace botcore::base

/// Ends the process when `condition` is false.
#define CHECK(condition)                    \
    (static_cast<bool>(condition) ? void(0) \
                                  : ::botcore::base::check_failed(#condition, __FILE__, __LINE__))
