#pragma once

/// What the daemon says once it can be talked to: where it listens, and a first order to paste. For
/// other programs the same in a file.

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

/// Prints to standard output and writes the ready file, which appears whole.
void greet(const Greeting& greeting);

}  // namespace botcore::apps
