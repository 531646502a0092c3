#include "sim/world/moments.hpp"

#include "base/check.hpp"
#include "runtime/rebuild.hpp"

namespace botcore::sim {

Moments::Moments(SimStore& store) : store_(store) {
    store_.set_witness([this] { look(); });
}

/// The moments lie closer at the beginning, where there is little to make anew.
void Moments::look() {
    const auto head = store_.head();
    CHECK(head.has_value());
    if (head.value().sequence < next_) return;
    const auto hash = runtime::state_hash(store_);
    CHECK(hash.has_value());
    moments_.push_back({head.value().sequence, hash.value()});
    next_ = head.value().sequence * 2;
}

std::vector<std::string> Moments::differences() const {
    std::vector<std::string> texts;
    for (const Moment& moment : moments_) {
        const std::string name = "the rows at record " + std::to_string(moment.sequence);
        checkers::Judge judge({});
        Faults none(Plan{}, base::Random(1));
        SimStore scratch(judge, none);
        const auto made = runtime::rebuild(store_, scratch, moment.sequence, {});
        if (!made) {
            texts.push_back(name + " cannot be made anew: " + made.error().text);
            continue;
        }
        const auto hash = runtime::state_hash(scratch);
        CHECK(hash.has_value());
        if (hash.value() != moment.hash) texts.push_back(name + " are others when made anew");
    }
    return texts;
}

}  // namespace botcore::sim
