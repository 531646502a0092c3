#pragma once

/// SIGTERM and SIGINT while the process ends already.
///
/// N1  A signal right after the first one is the same request: a container, a terminal and a
///     supervisor that ask at once ask once. A later one is somebody's impatience and ends the
///     process at once with the signal's status, whatever hangs.
///
/// Threads: any; once in a process.

#include <chrono>

namespace botcore::shell {

/// From now on. For `same_request` both signals do nothing.
void end_at_second_signal(std::chrono::milliseconds same_request);

}  // namespace botcore::shell
