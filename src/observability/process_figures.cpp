#include "observability/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

namespace botcore::observability {

namespace {

double seconds(const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
}

/// The least of the machine's memory and the limits of the control groups that this process is in,
/// with version 1 and version 2 of control groups.
double memory_limit() {
    double limit = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                   static_cast<double>(::sysconf(_SC_PAGESIZE));
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        const bool is_second_version = controllers.empty();
        if (!is_second_version && controllers != "memory") continue;
        const std::string root = is_second_version ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        const std::string file = is_second_version ? "/memory.max" : "/memory.limit_in_bytes";
        // In a container the group's own folder is the root.
        for (const std::string& folder : {root + path, root}) {
            double bytes = 0;
            if (std::ifstream(folder + file) >> bytes) limit = std::min(limit, bytes);
        }
    }
    return limit;
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
    figures.memory_limit_bytes = memory_limit();
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
