#pragma once

/// Tells the service manager how the process does: one datagram a line to the socket that systemd
/// names in NOTIFY_SOCKET (sd_notify(3)). Without that variable every call does nothing.
///
/// S1  Nothing here waits or fails the process: a message that cannot be sent is dropped.
///
/// Threads: one at a time.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell {

class ServiceManager {
public:
    /// `socket` is the value of NOTIFY_SOCKET ("/path", or "@name" for an abstract one), `watchdog`
    /// of WATCHDOG_USEC; empty where the variable is missing.
    explicit ServiceManager(std::string_view socket = {}, std::string_view watchdog = {});
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    /// The service may be used now.
    void ready() { send("READY=1\nSTATUS=trading"); }

    /// It ends, by itself or because it was asked to.
    void stopping() { send("STOPPING=1\nSTATUS=stopping"); }

    /// It is alive; the manager kills it when this stays out for the watchdog's whole time.
    void alive() { send("WATCHDOG=1"); }

    /// How often `alive` should be called: half of the watchdog's time; nothing when nobody
    /// watches.
    [[nodiscard]] std::optional<std::chrono::microseconds> alive_every() const { return every_; }

    [[nodiscard]] bool is_listening() const { return socket_ >= 0; }

private:
    void send(std::string_view message) const;

    int socket_ = -1;
    std::optional<std::chrono::microseconds> every_;
};

}  // namespace botcore::shell
