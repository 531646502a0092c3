#pragma once

/// Remembers what the rows were at some moments of a run, and proves afterwards that the journal
/// gives exactly these rows again: what a restore to that moment would have.

#include "sim/world/sim_store.hpp"

#include <string>
#include <vector>

namespace botcore::sim {

class RestorePoints {
public:
    /// Looks at the store after each commit from now on. The store outlives this, and the other way
    /// round: nothing is committed any more once this is gone.
    explicit RestorePoints(SimStore& store);

    /// Makes the rows of every moment anew from the finished journal. One text for each moment
    /// whose rows are others.
    [[nodiscard]] std::vector<std::string> differences() const;

    [[nodiscard]] std::size_t count() const { return restore_points_.size(); }

private:
    struct RestorePoint {
        model::Sequence sequence = 0;
        std::string hash;
    };

    void remember();

    SimStore& store_;
    model::Sequence next_ = 1;
    std::vector<RestorePoint> restore_points_;
};

}  // namespace botcore::sim
