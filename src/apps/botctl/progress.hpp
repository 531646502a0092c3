#pragma once

/// A line on standard error that shows the progress of long work.

#include "services/archive/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace botcore::botctl {

class ProgressLine {
public:
    /// Prints at most ten times a second, but always the last update of each kind of work.
    void show(std::string_view what, std::uint64_t done, std::uint64_t total);
    /// Ends the line, if one was begun.
    void end();

    /// The returned function refers to this object.
    [[nodiscard]] archive::Progress as_progress();

private:
    std::chrono::steady_clock::time_point shown_;
    bool has_line_ = false;
};

}  // namespace botcore::botctl
