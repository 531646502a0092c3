#include "api/account_changes.hpp"

#include <variant>

namespace botcore::api {

namespace {

/// The account that a changed row belongs to; nothing if it belongs to none.
struct ChangedAccount {
    const model::AccountId* operator()(const model::Account& row) const { return &row.id; }

    template <class Row>
    const model::AccountId* operator()(const Row& row) const {
        if constexpr (requires { row.account; }) {
            return &row.account;
        } else {
            return nullptr;
        }
    }
};

}  // namespace

void AccountChanges::on_committed(const std::vector<model::Record>& records) {
    for (const model::Record& record : records) {
        if (record.sequence != seen_ + 1) {  // A gap invalidates everything known before.
            last_.clear();
            gapless_since_ = record.sequence;
        }
        seen_ = record.sequence;
        for (const auto& change : record.outcome.changes) {
            const model::AccountId* account = std::visit(ChangedAccount(), change);
            if (account != nullptr) last_[*account] = record.sequence;
        }
        for (const auto& posting : record.outcome.postings)
            last_[posting.account] = record.sequence;
    }
}

std::string AccountChanges::stamp(const model::AccountId& account,
                                  std::uint64_t incarnation,
                                  model::Sequence head) const {
    const std::string term = std::to_string(incarnation) + "-";
    if (seen_ != head) return term + "head-" + std::to_string(head);  // A2
    const auto place = last_.find(account);
    // No record since the last gap has changed the account. The first record after the gap covers
    // all records before it.
    const model::Sequence last = place == last_.end() ? gapless_since_ : place->second;
    return term + std::to_string(last);
}

}  // namespace botcore::api
