#include "observability/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace botcore::observability {

namespace {

double seconds(const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
}

/// The time at which this program was loaded, which is close to the start of the process.
const double kStarted =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

}  // namespace

ProcessFigures process_figures() {
    ProcessFigures figures;
    figures.started = kStarted;
    double pages = 0;
    double resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident) {
        figures.memory_bytes = resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
    }
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    std::error_code error;
    for (std::filesystem::directory_iterator place("/proc/self/fd", error), end;
         !error && place != end;
         place.increment(error)) {
        figures.open_files += 1;
    }
    return figures;
}

}  // namespace botcore::observability
