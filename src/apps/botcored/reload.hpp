#pragma once

/// SIGHUP: reads configuration, certificate and key again and reopens the log file.
///
/// H1  A configuration with an error changes nothing; the log names the error.
/// H2  Changed keys that need a restart are named in the log and take effect at the next start.
///
/// Threads: the thread that runs the io_context.

#include "base/result.hpp"
#include "host/config.hpp"
#include "observability/log.hpp"

#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::apps {

/// Reads files, variables and flags as at the start; all errors are reported together.
using ReadConfig = std::function<base::Result<host::Config, std::string>()>;

/// The keys whose values differ between two configurations.
struct ConfigChange {
    std::vector<std::string_view> taken;  ///< Applied to the running configuration.
    std::vector<std::string_view> later;  ///< Take effect at the next start.
};

[[nodiscard]] ConfigChange take_over(host::Config& running, const host::Config& read);

class Reload {
public:
    /// All of these objects must outlive this one.
    struct Parts {
        boost::asio::signal_set& hangup;  ///< SIGHUP; one that arrived before `start` counts.
        observability::Log& log;
        host::Config& running;
        ReadConfig read;
        std::function<std::string()> read_certificate;  ///< Returns an error text; empty: success.
        std::function<void()> apply;  ///< Called after the running configuration has changed.
    };

    explicit Reload(Parts parts) : parts_(std::move(parts)) {}

    void start();

    /// Later signals have no effect.
    void stop() { parts_.hangup.cancel(); }

private:
    void read_all();
    void read_config();

    Parts parts_;
};

}  // namespace botcore::apps
