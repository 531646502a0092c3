#pragma once

/// Reports the state of the process to the service manager: one datagram for each message, to the
/// socket that systemd names in NOTIFY_SOCKET (sd_notify(3)). Without that variable every call does
/// nothing.
///
/// S1  Nothing here blocks or ends the process: a message that cannot be sent is dropped.
///
/// Threads: one at a time.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::host {

class ServiceManager {
public:
    /// `socket` is the value of NOTIFY_SOCKET ("/path", or "@name" for an abstract one), `watchdog`
    /// that of WATCHDOG_USEC; each is empty if its variable is not set.
    explicit ServiceManager(std::string_view socket = {}, std::string_view watchdog = {});
    ~ServiceManager();
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    /// Reports that the service is ready.
    void ready() { send("READY=1\nSTATUS=trading"); }

    /// Reports that the process is stopping, by itself or on request.
    void stopping() { send("STOPPING=1\nSTATUS=stopping"); }

    /// Reports that the process is alive. The manager kills it when no such message arrives for the
    /// watchdog's whole time.
    void alive() { send("WATCHDOG=1"); }

    /// How often `alive` should be called: half of the watchdog's time; empty without a watchdog.
    [[nodiscard]] std::optional<std::chrono::microseconds> alive_every() const { return every_; }

    [[nodiscard]] bool is_listening() const { return socket_ >= 0; }

private:
    void send(std::string_view message) const;

    int socket_ = -1;
    std::optional<std::chrono::microseconds> every_;
};

}  // namespace botcore::host
