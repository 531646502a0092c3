#pragma once

/// Marks of rare states: REACHED("reply lost") counts that a run came there. A set of seeds that
/// never reaches one of them tests less than it seems to.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace botcore::sim {

/// Every mark of the simulator, with how often it was reached since the program began.
[[nodiscard]] std::map<std::string, std::uint64_t>& marks();

/// The marks that were never reached.
[[nodiscard]] std::vector<std::string> marks_missed();

/// Makes a mark known before it is reached.
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
