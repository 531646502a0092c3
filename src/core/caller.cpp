#include "core/caller.hpp"

namespace botcore::core {

using model::Refusal;
using model::RefusalReason;

void refuse(Transaction& transaction, const model::Origin& origin, RuleBreach breach) {
    transaction.reply_at_once(origin, Refusal{breach.reason, std::move(breach.text), {}, 0});
}

AccountState* own_account(Transaction& transaction,
                          const model::Origin& origin,
                          const model::AccountId& id) {
    const auto place = transaction.state().accounts.find(id);
    const bool allowed =
        place != transaction.state().accounts.end() &&
        (place->second.account.owner == origin.owner || origin.authority == model::Authority::All);
    if (allowed) return &place->second;
    refuse(transaction,
           origin,
           {RefusalReason::AccountUnknown, "you have no account '" + id.text() + "'"});
    return nullptr;
}

bool refused_by_version(Transaction& transaction,
                        const model::Origin& origin,
                        std::optional<std::uint64_t> seen,
                        std::uint64_t current) {
    if (!seen || *seen == current) return false;
    transaction.reply_at_once(
        origin,
        Refusal{RefusalReason::VersionConflict,
                "the object was changed in the meantime: the request names version " +
                    std::to_string(*seen) + ", but the current version is " +
                    std::to_string(current) + "; read it again",
                {},
                current});
    return true;
}

}  // namespace botcore::core
