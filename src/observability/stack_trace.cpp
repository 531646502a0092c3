#include "observability/stack_trace.hpp"

#include <boost/core/demangle.hpp>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace botcore::observability {

namespace {

constexpr int kDepth = 48;

/// Calls only async-signal-safe functions.
void print_crash(int signal) {
    constexpr std::string_view kOpening = "botcore: ended by a signal; the stack was:\n";
    (void)!::write(STDERR_FILENO, kOpening.data(), kOpening.size());
    std::array<void*, kDepth> calls{};
    const int depth = ::backtrace(calls.data(), kDepth);
    ::backtrace_symbols_fd(calls.data(), depth, STDERR_FILENO);
    // The handler was reset by its first call, so the process now ends as it would have without it.
    (void)::raise(signal);
}

}  // namespace

std::string stack_trace() {
    std::array<void*, kDepth> calls{};
    const int depth = ::backtrace(calls.data(), kDepth);
    std::string text;
    for (int i = 1; i < depth; ++i) {
        void* const call = calls.at(static_cast<std::size_t>(i));
        Dl_info place{};
        if (!text.empty()) text.push_back('\n');
        if (::dladdr(call, &place) == 0 || place.dli_fname == nullptr) {
            fmt::format_to(std::back_inserter(text), "? ({})", fmt::ptr(call));
            continue;
        }
        std::string_view module(place.dli_fname);
        module.remove_prefix(module.find_last_of('/') + 1);
        const auto offset = reinterpret_cast<std::uintptr_t>(call) -
                            reinterpret_cast<std::uintptr_t>(place.dli_fbase);
        fmt::format_to(std::back_inserter(text),
                       "{} ({}+{:#x})",
                       place.dli_sname == nullptr ? "?" : boost::core::demangle(place.dli_sname),
                       module,
                       offset);
    }
    return text;
}

void install_crash_trace() {
    // The first call loads a library and allocates memory, which a signal handler must not do.
    (void)stack_trace();
    struct sigaction action{};
    action.sa_handler = print_crash;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
    (void)::sigemptyset(&action.sa_mask);
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        (void)::sigaction(signal, &action, nullptr);
}

}  // namespace botcore::observability
