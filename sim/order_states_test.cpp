// The drawing of order states in docs/order-states.md shows exactly the transitions that occur.

#include "protocol/journal.hpp"
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace botcore::sim {

namespace {

using Transitions = std::set<std::pair<std::string, std::string>>;

constexpr const char* kPage = "docs/order-states.md";
/// In these seeds every transition occurs. If a change of the simulator makes one of them rare
/// elsewhere, the seeds from 1 on follow until it occurs.
constexpr std::array<std::uint64_t, 8> kFirstSeeds = {1, 3, 10, 14, 20, 53, 103, 241};
constexpr std::uint64_t kSeedsMax = 400;

/// The arrows of the drawing. "[*] --> A" is the creation of an order in state A; arrows to "[*]"
/// only mark final states.
Transitions drawn() {
    std::ifstream page(kPage);
    EXPECT_TRUE(page.good()) << kPage << " cannot be read";
    Transitions arrows;
    for (std::string line; std::getline(page, line);) {
        const auto arrow = line.find(" --> ");
        if (arrow == std::string::npos) continue;
        std::string from = line.substr(0, arrow);
        from.erase(0, from.find_first_not_of(' '));
        std::string to = line.substr(arrow + 5);
        to.erase(std::min(to.size(), to.find_first_of(" :")));
        if (to != "[*]") arrows.emplace(std::move(from), std::move(to));
    }
    return arrows;
}

/// The transitions in the journal of one seed.
void add_transitions(std::uint64_t seed, Transitions& seen) {
    const Plan plan = plan_of(seed);
    World world(plan, false);
    world.boot();
    world.run_for(plan.length);
    world.quiet();
    std::map<model::OrderNumber, model::OrderState> states;
    const auto entries = world.store().journal(1, ~std::size_t{0});
    ASSERT_TRUE(entries.has_value());
    for (const auto& entry : entries.value()) {
        const auto record = protocol::decode_record(entry.bytes);
        ASSERT_TRUE(record.has_value());
        for (const auto& change : record.value().outcome.changes) {
            const auto* order = std::get_if<model::Order>(&change);
            // Orders of other clients and of lost records begin in the state that is found.
            if (order == nullptr || is_imported(order->role)) continue;
            const auto [place, added] = states.try_emplace(order->number, order->state);
            if (!added && place->second == order->state) continue;
            seen.emplace(added ? "[*]" : std::string(to_text(place->second)),
                         std::string(to_text(order->state)));
            place->second = order->state;
        }
    }
}

}  // namespace

TEST(OrderStates, TheDrawingShowsTheTransitionsThatOccur) {
    const Transitions expected = drawn();
    Transitions seen;
    for (const std::uint64_t seed : kFirstSeeds)
        add_transitions(seed, seen);
    const auto complete = [&] {
        return std::includes(seen.begin(), seen.end(), expected.begin(), expected.end());
    };
    for (std::uint64_t seed = 1; seed <= kSeedsMax && !complete(); ++seed)
        add_transitions(seed, seen);
    for (const auto& [from, to] : seen)
        EXPECT_TRUE(expected.contains({from, to})) << from << " --> " << to << " is not drawn";
    for (const auto& [from, to] : expected)
        EXPECT_TRUE(seen.contains({from, to})) << from << " --> " << to << " never occurred";
}

TEST(OrderStates, TheDrawingShowsEveryState) {
    std::set<std::string> states;
    for (const auto& [from, to] : drawn())
        states.insert(to);
    for (int number = 0; number < 64; ++number) {
        const auto text = to_text(static_cast<model::OrderState>(number));
        if (text != "?") EXPECT_TRUE(states.contains(std::string(text))) << text;
    }
}

}  // namespace botcore::sim
