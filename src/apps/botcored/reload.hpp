#pragma once

/// SIGHUP: configuration, certificate and key are read again, and the log file is opened again.
///
/// H1  A configuration with a mistake changes nothing; the log names the mistake.
/// H2  Keys that a running daemon cannot take over are named in the log and wait for its next
///     start.
///
/// Threads: the thread that runs the io_context.

#include "base/result.hpp"
#include "shell/config/config.hpp"
#include "shell/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

/// Reads files, variables and flags as the start has done; the text names all mistakes.
using ReadConfig = std::function<base::Result<shell::Config, std::string>()>;

/// Keys whose values differ.
struct ConfigChange {
    std::vector<std::string_view> taken;  ///< Taken over into the running configuration.
    std::vector<std::string_view> later;  ///< Not before the next start.
};

[[nodiscard]] ConfigChange take_over(shell::Config& running, const shell::Config& read);

class Reload {
public:
    /// All outlive it.
    struct Parts {
        boost::asio::io_context& context;
        shell::log::Log& log;
        shell::Config& running;
        ReadConfig read;
        std::function<std::string()> read_certificate;  ///< Answers what is wrong; empty: nothing.
        std::function<void()> apply;                    ///< The running configuration has changed.
    };

    explicit Reload(Parts parts);

    void start();

    /// Later signals do nothing.
    void stop() { hangup_.cancel(); }

private:
    void read_all();
    void read_config();

    Parts parts_;
    boost::asio::signal_set hangup_;
};

}  // namespace botcore::apps
