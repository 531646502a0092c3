#pragma once

/// The machine's clocks as the core sees them. The one that shows the time of day is set ahead or
/// back, for a while or for good, also by years; the one that measures spans of time never steps. A
/// step makes the time uncertain until it has been steady for a while, as the daemon's clock does.

#include "runtime/runtime.hpp"

namespace botcore::sim {

class LocalClock {
public:
    /// Off by `offset` from now on, until `settled`.
    void jump(model::Duration offset, model::Timestamp settled) {
        wanted_ = offset;
        settled_ = settled;
    }

    [[nodiscard]] runtime::Now read(model::Timestamp truth) {
        if (truth >= settled_) wanted_ = {};
        if (wanted_ != offset_) {
            const bool step =
                wanted_ - offset_ > runtime::kClockStep || offset_ - wanted_ > runtime::kClockStep;
            if (step) stepped_at_ = truth;
            offset_ = wanted_;
        }
        const bool settling = stepped_at_ && truth - *stepped_at_ <= runtime::kClockSettle;
        return {truth + offset_,
                settling ? model::ClockState::Uncertain : model::ClockState::Certain,
                truth};
    }

private:
    model::Duration wanted_;
    model::Duration offset_;
    model::Timestamp settled_;
    std::optional<model::Timestamp> stepped_at_;
};

}  // namespace botcore::sim
