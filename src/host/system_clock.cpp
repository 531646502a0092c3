#include "host/system_clock.hpp"

#include <utility>

namespace botcore::host {

namespace {

using Steady = std::chrono::steady_clock;

std::chrono::microseconds chrono_of(base::Duration duration) {
    return std::chrono::microseconds(duration.in_microseconds());
}

SystemClock::Reading read_machine() {
    return {wall_time(), Steady::now()};
}

}  // namespace

base::Timestamp wall_time() {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(wall).count());
}

SystemClock::SystemClock() : SystemClock(read_machine) {
}

SystemClock::SystemClock(std::function<Reading()> read)
    : read_(std::move(read)),
      first_(read_()),
      last_(first_) {
}

model::Now SystemClock::now() {
    const Reading reading = read_();
    const auto steady_step =
        std::chrono::duration_cast<std::chrono::microseconds>(reading.steady - last_.steady);
    const base::Duration difference =
        (reading.wall - last_.wall) - base::Duration::microseconds(steady_step.count());
    if (difference > model::kClockStep || base::Duration() - difference > model::kClockStep) {
        jumped_ = true;
        jumped_at_ = reading.steady;
    } else if (jumped_ && reading.steady - jumped_at_ > chrono_of(model::kClockSettle)) {
        jumped_ = false;
    }
    last_ = reading;
    const auto passed =
        std::chrono::duration_cast<std::chrono::microseconds>(reading.steady - first_.steady);
    return {reading.wall,
            jumped_ ? model::ClockState::Uncertain : model::ClockState::Certain,
            first_.wall + base::Duration::microseconds(passed.count())};
}

}  // namespace botcore::host
