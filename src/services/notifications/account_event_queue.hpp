#pragma once

/// Collects what committed records say about accounts until the service that tells users takes it.
///
/// Q1  At most `kEventsMax` events wait; later ones are left out. A condition that was left out is
///     found by the next comparison with the state (user_notices.hpp, S3).
///
/// Threads: the loop thread.

#include "operations/user_notices.hpp"
#include "runtime/runtime.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace botcore::notifications {

class AccountEventQueue final : public runtime::CommitListener {
public:
    static constexpr std::size_t kEventsMax = 10'000;

    void on_committed(const std::vector<model::Record>& records) override {
        for (const model::Record& record : records)
            for (operations::AccountEvent& event : operations::account_events(record))
                if (events_.size() < kEventsMax) events_.push_back(std::move(event));
    }

    /// The events since the last call, in their order.
    [[nodiscard]] std::vector<operations::AccountEvent> take() {
        return std::exchange(events_, {});
    }

private:
    std::vector<operations::AccountEvent> events_;
};

}  // namespace botcore::notifications
