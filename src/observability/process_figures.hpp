#pragma once

/// Figures of this process from the operating system: memory, processor time, open files.

namespace botcore::observability {

/// A figure that the system does not provide is zero.
struct ProcessFigures {
    double started = 0;  ///< Seconds since 1970.
    double memory_bytes = 0;
    double memory_limit_bytes =
        0;  ///< What it may use: the machine's memory, or its control group's.
    double cpu_seconds = 0;
    double open_files = 0;
};

[[nodiscard]] ProcessFigures process_figures();

}  // namespace botcore::observability
