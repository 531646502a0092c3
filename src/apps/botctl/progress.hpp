#pragma once

/// One line on standard error that tells how far long work is.

#include "shell/archive/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace botcore::botctl {

class ProgressLine {
public:
    /// Shown at most ten times a second; the last one of each kind of work always.
    void show(std::string_view what, std::uint64_t done, std::uint64_t total);
    /// Ends the line, if there is one.
    void end();

    /// Refers to this line.
    [[nodiscard]] shell::archive::Progress as_progress();

private:
    std::chrono::steady_clock::time_point shown_;
    bool has_line_ = false;
};

}  // namespace botcore::botctl
