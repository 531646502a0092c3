#pragma once

/// SIGTERM and SIGINT during a shutdown.
///
/// N1  A signal shortly after the first one counts as the same request: a container, a terminal and
///     a supervisor may all send a signal. A later signal ends the process at once with the
///     signal's exit status, whatever hangs.
///
/// Threads: any; once in a process.

#include <chrono>

namespace botcore::host {

/// Takes effect at once. During `same_request` both signals are ignored.
void end_at_second_signal(std::chrono::milliseconds same_request);

}  // namespace botcore::host
