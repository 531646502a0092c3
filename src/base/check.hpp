#pragma once

/// Assertions that stay enabled in every build. They detect programming errors only (style rules
/// A1-A7); invalid input from outside is reported with a `Result` instead.

namespace botcore::base {

/// Prints the failed condition to standard error and aborts the process. Does not allocate.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace botcore::base

/// Aborts the process when `condition` is false.
#define CHECK(condition)                    \
    (static_cast<bool>(condition) ? void(0) \
                                  : ::botcore::base::check_failed(#condition, __FILE__, __LINE__))
