#pragma once

/// Collects the changes of one input. Rows are changed in memory at once, and their final images
/// are copied when the transaction finishes. If the commit fails later, the whole memory is
/// discarded.
///
/// X1  Per asset, the postings sum to zero (invariant I5); checked at the end.
/// X2  A row is listed once, with its final image.
/// @spec:NFR-RELIABILITY-003

#include "core/decision.hpp"
#include "model/rows.hpp"

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

    /// The time that is shown to users and with which requests are signed.
    [[nodiscard]] model::Timestamp exchange_time() const { return input_.exchange_time; }

    /// The clock that durations are measured with.
    [[nodiscard]] model::Timestamp monotonic_time() const { return input_.monotonic_time; }

    /// Marks a row as changed, increases its version, and returns it to be changed.
    model::Account& change(AccountState& account);
    model::Position& change(AccountState& account, const model::InstrumentId& instrument);
    model::Order& change(LiveOrder& live);
    /// Sets the amount reserved for the instrument's open orders. The position's version does not
    /// change, because callers cannot see this amount.
    void set_reserved(AccountState& account,
                      const model::InstrumentId& instrument,
                      model::Money amount);

    using ContractName = std::pair<model::AccountId, model::InstrumentId>;

    /// The account and instrument of every order or position changed so far.
    [[nodiscard]] std::set<ContractName> touched_contracts() const;

    model::RiskState& change_risk(AccountState& account);
    model::OperatingState& change_operating();
    model::MaintenanceWindow& change_window(std::uint64_t id);

    void define(const model::Instrument& instrument);

    /// The number of orders that this input may still add. The next tick adds the orders that do
    /// not fit.
    [[nodiscard]] model::OrderNumber remaining_quantity() const {
        return model::kOrdersPerInputMax - orders_added_;
    }

    /// Adds an order; its number and id are derived from the record's position in the journal. Only
    /// allowed while `remaining_quantity` is above zero.
    LiveOrder& add_order(AccountState& account, model::Order order);
    /// Adds an order that was found at the exchange and keeps the id that it has there. Only
    /// allowed while `remaining_quantity` is above zero.
    LiveOrder& import_order(AccountState& account, model::Order order);
    void add_fill(model::Fill fill);

    /// One leg of a double entry. Legs on the same book, asset and account are merged into one
    /// posting.
    void post(AccountState& account,
              const model::Asset& asset,
              model::Book book,
              model::Money amount);
    /// Moves an amount from one book to another of the same account.
    void move(AccountState& account,
              const model::Asset& asset,
              model::Book from,
              model::Book to,
              model::Money amount);

    void perform(Effect effect) { effects_.push_back(std::move(effect)); }

    /// Stores the key of the request as pending until the request has its reply.
    void open_key(const model::Origin& origin, const model::ClientOrderId& order);
    /// Stores the reply under the key and sends it.
    void answer(const KeyId& key, model::Reply reply);
    /// Opens the key and replies in the same record.
    void reply_at_once(const model::Origin& origin, model::Reply reply);

    /// Refuses the request for a transient reason. It makes no record, so that its key is not bound
    /// to the refusal permanently. Only allowed when nothing was changed.
    void refuse_for_the_moment(model::Refusal refusal) { refusal_ = std::move(refusal); }

    /// Makes a record although no row changes.
    void keep() { kept_ = true; }

    /// Freezes the account: its money is in doubt, and only cancels and exits are accepted. The
    /// first reason is retained.
    void freeze(AccountState& account, model::FreezeReason reason);

    /// Returns the decision. An input that contains nothing new and a transient refusal make no
    /// record.
    [[nodiscard]] Decision finish();

private:
    LiveOrder& insert(AccountState& account, model::Order order);
    model::Position& position_of(AccountState& account, const model::InstrumentId& instrument);
    void count_balance_versions();
    [[nodiscard]] bool changed_anything() const;

    /// The changed rows of a kind; fills and balances are not listed.
    template <class Row>
    using Listed = std::vector<const Row*>;

    /// True when the row was not listed before.
    template <class Row>
    bool list(const Row& row);

    State& state_;
    const model::Input& input_;
    model::Sequence sequence_;
    std::uint32_t orders_added_ = 0;
    model::PerRowKind<Listed> listed_;
    std::vector<model::Fill> fills_;
    /// The positions whose version has increased.
    std::vector<const model::Position*> positions_changed_;
    std::vector<model::Posting> postings_;
    std::vector<AccountState*> posted_;
    std::vector<Effect> effects_;
    std::optional<model::Refusal> refusal_;
    bool kept_ = false;
};

}  // namespace botcore::core
