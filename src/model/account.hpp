#pragma once

/// Accounts, their double-entry ledger, positions and fills: the rows that trading changes.
///
/// L1  For each asset, the postings of every record sum to zero (invariant I5).
/// L2  Every balance is the sum of its postings (invariant I5).

#include "model/exchange.hpp"
#include "model/order.hpp"

#include <array>
#include <cstdint>

namespace botcore::model {

// The numbers of all enumerators of this file are stored in the journal: never change them.

enum class AccountKind : std::uint8_t { Paper = 1 };

enum class AccountState : std::uint8_t {
    Active = 1,
    Frozen = 2,  ///< Money is in doubt: only cancels and exits are allowed.
};

struct Account {
    AccountId id;
    Owner owner;
    Market market = Market::Futures;
    AccountKind kind = AccountKind::Paper;
    AccountState state = AccountState::Active;
    FreezeReason frozen_reason = FreezeReason::None;
    Asset quote;            ///< The asset in which the account's value is measured.
    Money initial_deposit;  ///< In `quote`; a reset restores it.
    Timestamp created;
    std::uint64_t version = 0;

    friend bool operator==(const Account&, const Account&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("id", self.id);
        visit("owner", self.owner);
        visit("market", self.market);
        visit("kind", self.kind);
        visit("state", self.state);
        visit("frozen_reason", self.frozen_reason);
        visit("quote", self.quote);
        visit("initial_deposit", self.initial_deposit);
        visit("created", self.created);
        visit("version", self.version);
    }
};

/// The books that an account has for each asset. The first three are the owner's money; the others
/// record where money came from or went to.
enum class Book : std::uint8_t {
    Cash = 0,      ///< Free to use.
    Reserved = 1,  ///< Reserved for live orders.
    Margin = 2,    ///< Held by open positions.
    Fees = 3,
    Funding = 4,
    RealizedProfit = 5,
    External = 6,   ///< Deposits, withdrawals, transfers from and to other accounts.
    Exchanged = 7,  ///< What was paid and received in spot trades.
    Rounding = 8,
};
inline constexpr std::size_t kBookCount = 9;

/// One leg of a double entry.
struct Posting {
    AccountId account;
    Asset asset;
    Book book = Book::Cash;
    Money amount;

    friend bool operator==(const Posting&, const Posting&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("asset", self.asset);
        visit("book", self.book);
        visit("amount", self.amount);
    }
};

/// All books of one asset in one account.
struct Balance {
    AccountId account;
    Asset asset;
    std::array<Money, kBookCount> books{};
    std::uint64_t version = 0;

    [[nodiscard]] Money of(Book book) const { return books.at(static_cast<std::size_t>(book)); }

    [[nodiscard]] Money& of(Book book) { return books.at(static_cast<std::size_t>(book)); }

    /// Cash, reservations and margin: what belongs to the owner.
    [[nodiscard]] Money total() const {
        return of(Book::Cash) + of(Book::Reserved) + of(Book::Margin);
    }

    friend bool operator==(const Balance&, const Balance&) = default;
};

/// A futures position in one-way mode. The cost is stored; an average price is only computed for
/// display.
///
/// P1  The quantity and the cost have the same sign, and if one is zero, so is the other.
struct Position {
    AccountId account;
    InstrumentId instrument;
    Quantity quantity;  ///< Positive: long. Negative: short. Zero: closed; the row is kept because
                        ///< it stores the leverage.
    Money cost;         ///< What the open quantity was bought for; negative for a short.
    Money margin;       ///< Initial margin held for the position.
    Rate leverage;
    Money realized_profit;  ///< Since the account's creation or last reset, without fees.
    Timestamp opened;
    Timestamp updated;
    std::uint64_t version = 0;
    // Since version 2 of the record.
    Money round_profit{};  ///< Profit net of fees since the position was last flat.
    Money open_fees{};     ///< Fees paid for the open quantity that are not in `round_profit` yet.
    /// The part of `quantity` whose stop the exchange has not confirmed yet.
    Quantity unprotected{};
    /// The time at which the `unprotected` quantity is closed again, on the monotonic scale of the
    /// journal. It has no meaning while `unprotected` is zero.
    Timestamp protect_by{};
    // Since version 5 of the record.
    /// The money that is reserved for the instrument's open orders. It changes with the orders, so
    /// a change of it neither increments the version nor counts as a change of the position.
    Money reserved{};

    friend bool operator==(const Position&, const Position&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("quantity", self.quantity);
        visit("cost", self.cost);
        visit("margin", self.margin);
        visit("leverage", self.leverage);
        visit("realized_profit", self.realized_profit);
        visit("opened", self.opened);
        visit("updated", self.updated);
        visit("version", self.version);
        if (!base::has_fields_of(visit, 2)) return;
        visit("round_profit", self.round_profit);
        visit("open_fees", self.open_fees);
        visit("unprotected", self.unprotected);
        visit("protect_by", self.protect_by);
        if (base::has_fields_of(visit, 5)) visit("reserved", self.reserved);
    }
};

/// One execution of our order, as posted to the ledger.
struct Fill {
    AccountId account;
    InstrumentId instrument;
    OrderNumber order_number = 0;
    ClientOrderId order_id;
    Side side = Side::Buy;
    Trade trade;
    Money realized_profit;  ///< Without fees; zero on spot and for entries.
    Sequence sequence = 0;
    std::uint32_t index = 0;  ///< The position of the fill within its record.

    friend bool operator==(const Fill&, const Fill&) = default;

    template <class Visit>
    static void each_field(Visit&& visit, auto& self) {
        visit("account", self.account);
        visit("instrument", self.instrument);
        visit("order_number", self.order_number);
        visit("order_id", self.order_id);
        visit("side", self.side);
        visit("trade", self.trade);
        visit("realized_profit", self.realized_profit);
        visit("sequence", self.sequence);
        visit("index", self.index);
    }
};

[[nodiscard]] std::string_view to_text(AccountKind kind);
[[nodiscard]] std::string_view to_text(AccountState state);
[[nodiscard]] std::string_view to_text(Book book);

}  // namespace botcore::model
