#pragma once

/// Runs the botctl that was built with this test.

#include "tests/crash/daemon_process.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

namespace botcore::crash {

struct Ran {
    int status = -1;
    std::string output;  ///< Standard output and standard error.
};

/// The words must need no quoting in a shell.
inline Ran run_botctl(const std::string& words,
                      std::uint16_t port,
                      const std::filesystem::path& data) {
    const std::string line = program_beside_us("botctl").string() + " " + words +
                             " --url http://127.0.0.1:" + std::to_string(port) + " --data " +
                             data.string() + " 2>&1";
    Ran ran;
    FILE* pipe = popen(line.c_str(), "r");  // NOLINT(cert-env33-c): our own program.
    if (pipe == nullptr) return ran;
    std::array<char, 4096> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        ran.output.append(buffer.data(), count);
    const int status = pclose(pipe);
    if (WIFEXITED(status)) ran.status = WEXITSTATUS(status);
    return ran;
}

}  // namespace botcore::crash
