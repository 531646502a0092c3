#pragma once

/// Coverage marks of rare states: REACHED("reply lost") counts how often a run reached the state. A
/// set of seeds that never reaches some mark tests less than it appears to.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace botcore::sim {

/// Every mark of the simulator, with the number of times it was reached since the program began.
[[nodiscard]] std::map<std::string, std::uint64_t>& marks();

/// The marks that were never reached.
[[nodiscard]] std::vector<std::string> marks_missed();

/// Registers a mark before it is reached.
struct CoverageMark {
    explicit CoverageMark(const char* name);
    std::uint64_t* count;
};

}  // namespace botcore::sim

#define REACHED(name)                                          \
    do {                                                       \
        static const ::botcore::sim::CoverageMark kMark(name); \
        ++*kMark.count;                                        \
    } while (false)
