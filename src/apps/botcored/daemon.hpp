#pragma once

/// Assembles the daemon and runs it until a signal ends it.

#include "apps/botcored/reload.hpp"
#include "host/config.hpp"

#include <string>

namespace botcore::apps {

struct DaemonPaths {
    std::string data;
    std::string ready_file;  ///< Empty: no ready file is written.
    std::string note;        ///< Logged at the start; empty for none.
    ReadConfig read_config;  ///< Called on SIGHUP.
};

/// Returns the process's exit code: 0 after SIGTERM or SIGINT, otherwise one of <sysexits.h>.
[[nodiscard]] int run_daemon(const host::Config& config, const DaemonPaths& paths);

}  // namespace botcore::apps
