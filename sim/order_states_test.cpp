// The drawing of order states in docs/order-states.md shows exactly the transitions that occur.

#include "protocol/journal.hpp"
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace botcore::sim {

namespace {

using Transitions = std::set<std::pair<std::string, std::string>>;

constexpr const char* kPage = "docs/order-states.md";
constexpr std::uint64_t kSeeds = 400;

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
    Transitions seen;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
        add_transitions(seed, seen);
    const Transitions expected = drawn();
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
