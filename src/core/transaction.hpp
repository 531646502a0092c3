#pragma once

/// Collects what one input changes. Rows are changed in memory at once and their final images taken
/// when the transaction finishes; a commit that fails later throws the memory away as a whole.
///
/// X1  Per asset, the postings sum to zero (invariant I5); checked at the end.
/// X2  A row is listed once, with the image it has at the end.

#include "core/decision.hpp"

#include <set>
#include <string>
#include <utility>

namespace botcore::core {

class Transaction {
public:
    /// The record will be `state.sequence + 1`.
    Transaction(State& state, const model::Input& input);

    [[nodiscard]] State& state() { return state_; }

    [[nodiscard]] const model::Input& input() const { return input_; }

    [[nodiscard]] model::Sequence sequence() const { return sequence_; }

    /// What people see and what requests are signed with.
    [[nodiscard]] model::Timestamp exchange_time() const { return input_.exchange_time; }

    /// What spans of time are measured by.
    [[nodiscard]] model::Timestamp monotonic_time() const { return input_.monotonic_time; }

    /// Marks a row as changed, moves its version on, and returns it for changing.
    model::Account& change(AccountState& account);
    model::Position& change(AccountState& account, const model::InstrumentId& instrument);
    model::Order& change(LiveOrder& live);
    /// What the instrument's open orders have set aside: no change of the position that somebody
    /// could have seen.
    void set_reserved(AccountState& account,
                      const model::InstrumentId& instrument,
                      model::Money amount);

    using ContractName = std::pair<model::AccountId, model::InstrumentId>;

    /// Where orders or positions have changed so far.
    [[nodiscard]] std::set<ContractName> touched_contracts() const;

    model::RiskState& change_risk(AccountState& account);
    model::OperatingState& change_operating();
    model::MaintenanceWindow& change_window(std::uint64_t id);

    void define(const model::Instrument& instrument);

    /// How many orders this input may still add. What does not fit waits for the next tick.
    [[nodiscard]] model::OrderNumber order_room() const {
        return model::kOrdersPerInputMax - orders_added_;
    }

    /// Adds an order; its number and id come from the record's place in the journal. Only while
    /// there is room.
    LiveOrder& add_order(AccountState& account, model::Order order);
    /// Adds an order that was found at the exchange and has its id from there. Only while there is
    /// room.
    LiveOrder& import_order(AccountState& account, model::Order order);
    void add_fill(model::Fill fill);

    /// One leg of a double entry; legs on the same book of the same asset become one posting.
    void post(AccountState& account,
              const model::Asset& asset,
              model::Book book,
              model::Money amount);
    /// From one book to another of the same account.
    void move(AccountState& account,
              const model::Asset& asset,
              model::Book from,
              model::Book to,
              model::Money amount);

    void perform(Effect effect) { effects_.push_back(std::move(effect)); }

    /// The request's key now waits for its answer.
    void open_key(const model::Origin& origin, const model::ClientOrderId& order);
    /// The key's answer is known; it is stored and told.
    void answer(const KeyId& key, model::Reply reply);
    /// For a request that is answered by the record that takes it.
    void answer_at_once(const model::Origin& origin, model::Reply reply);

    /// The request is refused by something that passes. It leaves no trace, so that its key is not
    /// bound to the refusal for ever. Only where nothing was changed.
    void refuse_for_the_moment(model::Refusal refusal) { refusal_ = std::move(refusal); }

    /// The input makes a record although no row changes.
    void keep() { kept_ = true; }

    /// Money is in doubt: cancels and exits only. The first reason stays.
    void freeze(AccountState& account, model::Reason reason);

    /// A fact without news, or a refusal for now, makes no record.
    [[nodiscard]] Decision finish();

private:
    LiveOrder& insert(AccountState& account, model::Order order);
    model::Position& position_of(AccountState& account, const model::InstrumentId& instrument);
    void count_balance_versions();
    [[nodiscard]] bool changed_anything() const;

    State& state_;
    const model::Input& input_;
    model::Sequence sequence_;
    std::uint32_t orders_added_ = 0;
    std::vector<const model::Account*> accounts_;
    std::vector<const model::Instrument*> instruments_;
    std::vector<const model::Order*> orders_;
    std::vector<const model::Position*> positions_;
    std::vector<const model::Position*> positions_changed_;  ///< Those with a new version.
    std::vector<model::Fill> fills_;
    std::vector<const model::KeyEntry*> keys_;
    std::vector<const model::RiskState*> risks_;
    std::vector<const model::OperatingState*> operating_;
    std::vector<const model::MaintenanceWindow*> windows_;
    std::vector<model::Posting> postings_;
    std::vector<AccountState*> posted_;
    std::vector<Effect> effects_;
    std::optional<model::Refusal> refusal_;
    bool kept_ = false;
};

}  // namespace botcore::core
