#pragma once

/// What the system says of this process: memory, processor time, open files.

namespace botcore::shell::metrics {

/// Zero where the system does not say.
struct ProcessFigures {
    double started = 0;  ///< Seconds since 1970.
    double memory_bytes = 0;
    double cpu_seconds = 0;
    double open_files = 0;
};

[[nodiscard]] ProcessFigures process_figures();

}  // namespace botcore::shell::metrics
