#include "apps/botctl/progress.hpp"

#include <iostream>

namespace botcore::botctl {

void ProgressLine::show(std::string_view what, std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (done < total && has_line_ && now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    has_line_ = true;
    const std::uint64_t percent = total == 0 ? 100 : done * 100 / total;
    std::cerr << "\r" << what << " " << done << " of " << total << " (" << percent << " %)   "
              << std::flush;
}

void ProgressLine::end() {
    if (has_line_) std::cerr << "\n";
    has_line_ = false;
}

archive::Progress ProgressLine::as_progress() {
    return [this](std::string_view what, std::uint64_t done, std::uint64_t total) {
        show(what, done, total);
    };
}

}  // namespace botcore::botctl
