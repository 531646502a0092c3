#pragma once

/// What the daemon prints once its API is reachable: its address and a first order to paste. The
/// address is also written to a file, for other programs.

#include <cstdint>
#include <filesystem>
#include <string>

namespace botcore::apps {

struct Greeting {
    std::string url;
    std::uint16_t port = 0;
    std::string market_source;
    std::filesystem::path data;
    std::string new_token;   ///< Shown once, on the first start.
    std::string ready_file;  ///< Empty for none.
};

/// Prints to standard output and writes the ready file atomically.
void greet(const Greeting& greeting);

}  // namespace botcore::apps
