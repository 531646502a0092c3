#include "operations/escalation.hpp"

#include <algorithm>

namespace botcore::operations {

using base::Duration;
using base::Timestamp;

namespace {

std::string not_acknowledged(Duration period) {
    return "Not acknowledged within " + std::to_string(period.in_milliseconds() / 1'000) + " s: ";
}

std::string names_of(const std::vector<std::string>& people) {
    std::string names;
    for (const std::string& person : people)
        names += (names.empty() ? "" : ", ") + person;
    return names;
}

}  // namespace

std::optional<EscalationStep> take_step(EscalationState& escalation,
                                        Timestamp now,
                                        Duration period) {
    const bool is_first = escalation.told == 0;
    // The clock was set back: the period begins again.
    if (escalation.last > now) escalation.last = now;
    if (!is_first && now - escalation.last < period) return std::nullopt;
    escalation.last = now;
    if (escalation.told < escalation.order.size()) {
        const std::string& person = escalation.order[escalation.told++];
        const std::string fact =
            is_first ? "Told " + person : not_acknowledged(period) + "told " + person;
        return EscalationStep{.people = {person}, .fact = fact};
    }
    return EscalationStep{
        .people = escalation.order,
        .fact = not_acknowledged(period) + "told " + names_of(escalation.order) + " again"};
}

bool adopt_people(EscalationState& escalation, std::span<const std::string> people) {
    const auto contains = [](const auto& list, const std::string& person) {
        return std::find(list.begin(), list.end(), person) != list.end();
    };
    EscalationState adopted{.incident = escalation.incident, .order = {}, .last = escalation.last};
    for (std::size_t place = 0; place < escalation.order.size(); ++place) {
        if (!contains(people, escalation.order[place])) continue;
        adopted.order.push_back(escalation.order[place]);
        if (place < escalation.told) ++adopted.told;
    }
    for (const std::string& person : people)
        if (!contains(adopted.order, person)) adopted.order.push_back(person);
    if (adopted.order == escalation.order) return false;
    escalation = std::move(adopted);
    return true;
}

}  // namespace botcore::operations
