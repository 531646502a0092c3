#pragma once

/// Several listeners in the place of one: each hears everything, in the order of `add`.

#include "runtime/runtime.hpp"

#include <vector>

namespace botcore::runtime {

class CommitListeners final : public CommitListener {
public:
    /// It outlives this.
    void add(CommitListener& listener) { all_.push_back(&listener); }

    void on_committed(const std::vector<model::Record>& records) override {
        for (CommitListener* listener : all_)
            listener->on_committed(records);
    }

    void on_refused(const model::InputBody& body, const model::Refusal& refusal) override {
        for (CommitListener* listener : all_)
            listener->on_refused(body, refusal);
    }

private:
    std::vector<CommitListener*> all_;
};

}  // namespace botcore::runtime
