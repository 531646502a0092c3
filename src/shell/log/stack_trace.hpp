#pragma once

/// Stack traces: for log lines about unexpected errors, and for the last output of a process that
/// crashes.

#include <string>

namespace botcore::shell::log {

/// The calls that led here, innermost first, one a line: "function (module+offset)". A function
/// that the program does not export has only its offset; `addr2line -e module offset` names it.
[[nodiscard]] std::string stack_trace();

/// From now on a failed CHECK, an invalid memory access and the like print their stack on standard
/// error before the process ends as it would have without this.
void install_crash_trace();

}  // namespace botcore::shell::log
