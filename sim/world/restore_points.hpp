#pragma once

/// Stores hashes of the rows at several points of a run, and proves afterwards that the journal
/// rebuilds exactly these rows: the state that a restore to that point would have.

#include "sim/world/sim_store.hpp"

#include <string>
#include <vector>

namespace botcore::sim {

class RestorePoints {
public:
    /// Observes the store after each commit from now on. The store outlives this object; nothing is
    /// committed after this object is destroyed.
    explicit RestorePoints(SimStore& store);

    /// Rebuilds the rows of every point from the finished journal. Returns one text for each point
    /// whose rows differ.
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
