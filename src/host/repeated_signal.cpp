#include "host/repeated_signal.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace botcore::host {

namespace {

std::atomic<std::int64_t> obeyed_from{0};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

/// Milliseconds since the machine started. Async-signal-safe.
std::int64_t milliseconds_now() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

void on_signal(int number) {
    if (milliseconds_now() < obeyed_from.load()) return;
    const int error = errno;
    (void)std::signal(number, SIG_DFL);
    // The signal stays pending until this handler returns, and then ends the process.
    (void)::kill(::getpid(), number);
    errno = error;
}

}  // namespace

void end_at_second_signal(std::chrono::milliseconds same_request) {
    obeyed_from = milliseconds_now() + same_request.count();
    struct sigaction action{};
    action.sa_handler = &on_signal;
    action.sa_flags = SA_RESTART;
    (void)::sigemptyset(&action.sa_mask);
    for (const int number : {SIGTERM, SIGINT})
        (void)::sigaction(number, &action, nullptr);
}

}  // namespace botcore::host
