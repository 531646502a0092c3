#pragma once

/// The machine's clock as the core sees it. It may jump ahead or stand still; it never goes back,
/// and says that it is uncertain until it has settled.

#include "runtime/runtime.hpp"

#include <algorithm>

namespace botcore::sim {

class LocalClock {
public:
    /// Off by `offset` from now on, until `settled`.
    void jump(model::Duration offset, model::Timestamp settled) {
        offset_ = offset;
        settled_ = settled;
    }

    [[nodiscard]] runtime::Now read(model::Timestamp truth) {
        if (truth >= settled_) offset_ = {};
        shown_ = std::max(shown_, truth + offset_);
        const bool certain = truth >= settled_ && shown_ == truth;
        return {shown_, certain ? model::ClockState::Certain : model::ClockState::Uncertain};
    }

private:
    model::Duration offset_;
    model::Timestamp settled_;
    model::Timestamp shown_;
};

}  // namespace botcore::sim
