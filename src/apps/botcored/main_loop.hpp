#pragma once

/// The daemon from the opened listener to its exit: ticks the services, reports to the service
/// manager, reacts to signals, and shuts down.
///
/// Threads: the loop thread.

#include "apps/botcored/api_service.hpp"
#include "apps/botcored/process.hpp"
#include "apps/botcored/reload.hpp"
#include "apps/botcored/trading_service.hpp"
#include "host/service_list.hpp"
#include "host/service_manager.hpp"
#include "host/shutdown.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace botcore::apps {

class MainLoop {
public:
    /// All references must outlive the main loop. It only destroys the services.
    struct Parts {
        Process& process;
        host::ServiceList& services;
        TradingService& trading;
        ApiService& api;
        boost::asio::signal_set& stop_signals;
        boost::asio::signal_set& hangup;
        ReadConfig read_config;
    };

    explicit MainLoop(Parts parts);

    /// Runs until a signal or another writer of the journal ends it, and destroys all services.
    /// `greet` is called once the services were ticked, before the service manager learns that the
    /// daemon is ready. Returns the exit code of the process.
    [[nodiscard]] int run(const std::function<void()>& greet);

private:
    void watch();
    void await_signal();
    void report_alive();
    void begin_stop(std::string_view cause);
    [[nodiscard]] host::Shutdown::Hooks shutdown_hooks();
    void close_services();

    Parts parts_;
    Process& process_;
    Reload reload_;
    boost::asio::steady_timer watch_timer_;
    boost::asio::steady_timer alive_timer_;
    host::ServiceManager manager_;
    std::uint64_t turns_seen_ = 0;
    host::Shutdown shutdown_;
    int exit_code_ = 0;
};

}  // namespace botcore::apps
