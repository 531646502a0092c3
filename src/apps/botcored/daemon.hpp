#pragma once

/// Puts the daemon together and runs it until a signal ends it.

#include "apps/botcored/reload.hpp"
#include "shell/config/config.hpp"

#include <string>

namespace botcore::apps {

struct DaemonPaths {
    std::string data;
    std::string ready_file;  ///< Empty: none is written.
    std::string note;        ///< About the start; the log has it. Empty for none.
    ReadConfig read_config;  ///< On SIGHUP.
};

/// Answers the process's exit code: 0 after SIGTERM or SIGINT, else one of <sysexits.h>.
[[nodiscard]] int run_daemon(const shell::Config& config, const DaemonPaths& paths);

}  // namespace botcore::apps
