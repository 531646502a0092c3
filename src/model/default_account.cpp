#include "model/default_account.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace botcore::model {

AccountId default_account(const Owner& owner, Market market) {
    return AccountId(owner.text() + "-" + std::string(to_text(market)));
}

bool is_reserved_for_another(const AccountId& account, const Owner& owner, Market market) {
    const std::string_view name = account.text();
    if (!name.starts_with(kUserPrefix) || account == default_account(owner, market)) return false;
    return std::ranges::any_of(std::array{Market::Spot, Market::Futures}, [&](Market each) {
        return name.ends_with("-" + std::string(to_text(each)));
    });
}

}  // namespace botcore::model
