#pragma once

/// Stack traces: for log lines about unexpected errors, and for the last output of a process that
/// crashes.

#include <string>

namespace botcore::observability {

/// The calls that led to this call, the innermost first, each on its own line: "function
/// (module+offset)". A function that the program does not export has only its offset;
/// `addr2line -e module offset` prints its name.
[[nodiscard]] std::string stack_trace();

/// After this call, a failed CHECK, an invalid memory access and other fatal signals print their
/// stack on standard error. Then the process ends as it would have without this function.
void install_crash_trace();

}  // namespace botcore::observability
