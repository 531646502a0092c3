#pragma once

/// The daemon's core in this process: store, trading loop, API and HTTP server, with the
/// reliability mechanisms switched on or off between two orders. Both sides share memory, files and
/// the client's connection, so that they differ in the mechanisms only.
///
/// The mechanisms are what the key `reliability.enabled` controls in the daemon (the standby runner
/// with its releasing store, the queue of deferred calls, the overload filter), and the limits of
/// callers, which are too wide here to refuse an order. Alerts can be on without them: then all
/// rules are evaluated a hundred times as often as in the daemon, while notices wait for a receiver
/// that refuses every connection. What the rules measure is not brought up to date here.
///
/// Threads: the core runs on a thread of its own; the functions are for the thread that made it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace botcore::bench {

enum class Mechanisms : std::uint8_t { Off, On, Alerts };

class SwitchedCore {
public:
    /// Opens a new store in `data`, with synchronous=FULL, and listens on the loopback address. All
    /// mechanisms are off. Ends the process when it cannot start.
    explicit SwitchedCore(const std::filesystem::path& data);
    ~SwitchedCore();
    SwitchedCore(const SwitchedCore&) = delete;
    SwitchedCore& operator=(const SwitchedCore&) = delete;

    /// Switches all mechanisms, and waits until they are switched. No request may be in progress.
    void set(Mechanisms mechanisms);

    [[nodiscard]] std::uint16_t port() const;

    /// The operator's token.
    [[nodiscard]] std::string token() const;

    /// The number of requests that the overload filter has judged: a proof that the switch works.
    [[nodiscard]] std::uint64_t judged() const;

    /// How often all rules were evaluated: a proof that the switch works.
    [[nodiscard]] std::uint64_t evaluations() const;

private:
    class Implementation;

    std::unique_ptr<Implementation> implementation_;
};

}  // namespace botcore::bench
