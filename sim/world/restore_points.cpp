#include "sim/world/restore_points.hpp"

#include "base/check.hpp"
#include "runtime/rebuild.hpp"

namespace botcore::sim {

RestorePoints::RestorePoints(SimStore& store) : store_(store) {
    store_.set_witness([this] { remember(); });
}

/// Stores the next point if it is due. The points are denser at the beginning of a run, where a
/// rebuild is cheap.
void RestorePoints::remember() {
    const auto head = store_.head();
    CHECK(head.has_value());
    if (head.value().sequence < next_) return;
    const auto hash = runtime::state_hash(store_);
    CHECK(hash.has_value());
    restore_points_.push_back({head.value().sequence, hash.value()});
    next_ = head.value().sequence * 2;
}

std::vector<std::string> RestorePoints::differences() const {
    std::vector<std::string> texts;
    for (const RestorePoint& moment : restore_points_) {
        const std::string name = "the rows at record " + std::to_string(moment.sequence);
        checkers::Checker checker({});
        Faults none(Plan{}, base::Random(1));
        SimStore scratch(checker, none);
        const auto made = runtime::replay_journal(store_, scratch, moment.sequence, {});
        if (!made) {
            texts.push_back(name + " cannot be rebuilt: " + made.error().text);
            continue;
        }
        const auto hash = runtime::state_hash(scratch);
        CHECK(hash.has_value());
        if (hash.value() != moment.hash) texts.push_back(name + " differ after a rebuild");
    }
    return texts;
}

}  // namespace botcore::sim
