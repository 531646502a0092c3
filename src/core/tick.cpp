#include "core/tick.hpp"

#include <algorithm>

namespace botcore::core {

void tick(Transaction& transaction, const model::Tick& body) {
    (void)transaction;
    (void)body;
}

bool wants_ticks(const AccountState& account) {
    const auto open = [](const auto& item) { return !item.second.quantity.is_zero(); };
    return std::any_of(account.positions.begin(), account.positions.end(), open);
}

}  // namespace botcore::core
