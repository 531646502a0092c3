#pragma once

/// The machine's clocks as the core sees them. The clock that shows the time of day is set ahead or
/// back, temporarily or permanently, also by years; the monotonic clock never steps. After a step
/// the time counts as uncertain until it has been steady for a while, as in the daemon's clock.

#include "runtime/runtime.hpp"

namespace botcore::sim {

class LocalClock {
public:
    /// Shifts the clock by `offset` from now on, until `settled`.
    void jump(model::Duration offset, model::Timestamp settled) {
        wanted_ = offset;
        settled_ = settled;
    }

    [[nodiscard]] model::Now read(model::Timestamp truth) {
        if (truth >= settled_) wanted_ = {};
        if (wanted_ != offset_) {
            const bool step =
                wanted_ - offset_ > model::kClockStep || offset_ - wanted_ > model::kClockStep;
            if (step) stepped_at_ = truth;
            offset_ = wanted_;
        }
        const bool settling = stepped_at_ && truth - *stepped_at_ <= model::kClockSettle;
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
