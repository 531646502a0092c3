#pragma once

/// Where the program is: for log lines about what nobody expected, and for the last words of a
/// process that is about to end.

#include <string>

namespace botcore::shell::log {

/// The calls that led here, innermost first, one a line: "function (module+offset)". A function
/// that the program does not export has its offset only; `addr2line -e module offset` names it.
[[nodiscard]] std::string stack_trace();

/// From now on a broken CHECK, a wild pointer and the like print their stack on standard error
/// before the process ends as it would have.
void install_crash_trace();

}  // namespace botcore::shell::log
