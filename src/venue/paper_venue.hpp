#pragma once

/// A whole exchange in memory: instruments with their books, accounts with their money, orders of
/// all accounts among the public's liquidity. It answers with order reports and has no store: its
/// accounts are projections of rows that somebody else commits.
///
/// Every call appends to `reports` what it brought about, in the order in which orders were
/// touched, one report per order: the order that was asked for first, then resting orders that
/// traded or ended because of it. A report of a resting order has its new trades only.
///
/// Refusals carry the exchange's code and text in `reason_text`, as `to_text(Rejection)` writes it.
///
/// W1  Trade ids and order ids are base + counter: unique for ever, given a new base per start that
///     lies beyond all ids of earlier starts. Both sides of a trade have the same id.
/// W2  An account only trades on its own market.
/// W3  Orders of one account never trade with each other: the resting one expires (self-trade
///     prevention EXPIRE_MAKER: the futures default; on spot the symbols' recorded default).
/// W4  A reduce-only order never holds more than the position that it may reduce, all reduce-only
///     orders of the position together; what is too much is withdrawn at once, also where the
///     position changes with the rows of an account that is seated. Waiting orders hold nothing and
///     outlive the position, as the exchange's stand-alone conditional orders do; with nothing to
///     reduce they expire at their trigger. One that is triggered comes before those that rest, so
///     that a stop always works.
/// W5  Stop and take-profit orders wait outside the book until a trade, ours or the public's, is at
///     or beyond their stop price; then they become market or limit orders under the same ids,
///     oldest first, and what their trades set off follows in the same call. Margin of futures
///     orders is looked at then; a spot order has locked what it may give from the start. One that
///     then rests is reported as Open with StopTriggered; a row that says so never waits again.

#include "model/account.hpp"
#include "model/exchange.hpp"
#include "venue/accounts.hpp"
#include "venue/market_event.hpp"
#include "venue/matching.hpp"
#include "venue/order_records.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace botcore::venue {

/// A projection of one account's committed rows.
struct AccountSnapshot {
    model::Account account;
    std::vector<model::Balance> balances;
    std::vector<model::Position> positions;
    std::vector<model::Order> live_orders;  ///< Only Open ones are seated, and no market orders.
};

/// Closed orders of this run that can still be queried.
inline constexpr std::size_t kClosedOrdersMax = 10'000;

/// Leverage of a contract that nobody set: the exchange's initial setting.
inline constexpr model::Rate kLeverageDefault = model::Rate::whole(20);

class PaperVenue {
public:
    using Reports = std::vector<model::OrderReport>;

    PaperVenue() = default;
    PaperVenue(const PaperVenue&) = delete;
    PaperVenue& operator=(const PaperVenue&) = delete;

    /// Ids of trades and orders begin after `base` (W1). Call it before anything trades.
    void set_id_base(std::uint64_t base) { last_id_ = base; }

    /// Adds an instrument, or replaces the rules of a known one; its book and orders stay.
    void define(const model::Instrument& instrument);

    /// Futures only. -4028 for a leverage that the brackets do not allow, -1121 for an unknown
    /// instrument, -2015 for an unknown account.
    [[nodiscard]] std::optional<Rejection> set_leverage(const model::AccountId& account,
                                                        const model::InstrumentId& instrument,
                                                        model::Rate leverage);

    /// Takes over an account. Its money becomes what the rows say, plus the trades of this run that
    /// the rows of live orders do not contain yet. Open orders that are not here are seated with
    /// their remaining quantity at the back of their level; where they cross the book they trade at
    /// once, and where the market is beyond their stop price they trigger at once. Orders here that
    /// the rows do not know are dropped without a report. Reports only what traded or ended.
    void restore_account(const AccountSnapshot& snapshot, model::Timestamp now, Reports& reports);

    /// Answers with exactly one report of the order: Open, Filled, Expired or Rejected, with all
    /// its immediate trades. A rejected order leaves no trace. A stop or take-profit order is Open
    /// as long as it waits; one that would trigger at once is rejected with -2021.
    void place(const model::OrderInstruction& instruction, model::Timestamp now, Reports& reports);

    /// Canceled; CancelNotOpen with -2011; or CancelNotSent with -1021 where the request came
    /// outside its window and so had no effect.
    void cancel(const model::CancelInstruction& instruction,
                model::Timestamp now,
                Reports& reports);

    /// All that is known of the order with its trades of this run; NotFound with -2013.
    void query(const OrderName& name, model::Timestamp now, Reports& reports) const;

    /// A walk through an account's orders: those that ended since, and then the open ones.
    struct OrderWalk {
        model::AccountId account;
        model::Timestamp since;
        OrderHistory::Place place = 0;
    };

    [[nodiscard]] OrderWalk begin_walk(const model::AccountId& account,
                                       model::Timestamp since) const {
        return {account, since, history_.end()};
    }

    /// Adds some orders, a millisecond's work. True: these were the last.
    [[nodiscard]] bool walk_on(OrderWalk& walk,
                               model::Timestamp now,
                               std::vector<model::VenueOrder>& orders) const;

    /// What the account holds now; nothing for an account that was never seated.
    [[nodiscard]] std::optional<model::VenueBooks> books(const model::AccountId& account,
                                                         model::Timestamp now) const;

    /// The feed's word about one level, absolute. Resting orders that the level crosses trade at
    /// their own price. Unknown instruments are ignored, here and below.
    void on_depth(const model::InstrumentId& instrument,
                  model::Side side,
                  model::Level level,
                  model::Timestamp now,
                  Reports& reports);

    /// The public book is about to be told anew: public levels go, resting orders stay.
    void on_depth_reset(const model::InstrumentId& instrument);

    /// A public trade: reaches resting orders by queue place, and those at better prices for sure.
    void on_trade(const model::InstrumentId& instrument,
                  const PublicTrade& trade,
                  model::Timestamp now,
                  Reports& reports);

    /// One of the three above.
    void apply(const MarketEvent& event, Reports& reports);

    /// The middle of the best prices, or the last public trade where a side is empty: stands for
    /// the spot reference price and the futures mark price.
    [[nodiscard]] std::optional<model::Price> reference_price(
        const model::InstrumentId& instrument) const;

    /// `nullptr` for an unknown instrument.
    [[nodiscard]] const OrderBook* book(const model::InstrumentId& instrument) const;

    /// `nullptr` for an account that was never seated.
    [[nodiscard]] const SpotBalances* spot_balances(const model::AccountId& account) const;

    /// Futures wallet balance; zero for what is not known.
    [[nodiscard]] model::Money wallet(const model::AccountId& account,
                                      const model::Asset& asset) const;

    [[nodiscard]] Holding holding(const model::AccountId& account,
                                  const model::InstrumentId& instrument) const;

    /// Zeroes for an unknown account.
    [[nodiscard]] model::MarginFigures margins(const model::AccountId& account,
                                               const model::Asset& asset) const;

    [[nodiscard]] std::optional<model::Price> liquidation_price(
        const model::AccountId& account, const model::InstrumentId& instrument) const;

private:
    class Call;

    struct Contract {
        explicit Contract(model::Instrument rules)
            : instrument(std::move(rules)),
              matching(instrument.id.market) {
            matching.book().clear_anonymous();  // Nothing has been told yet.
        }

        model::Instrument instrument;
        Matching matching;
        std::optional<model::Price> last_trade;
    };

    struct AccountBooks {
        model::AccountId id;
        Party party;
        model::Market market = model::Market::Spot;
        SpotBalances spot;
        std::map<model::Asset, model::Money> wallets;
        std::map<model::InstrumentId, Holding> holdings;
        std::map<model::InstrumentId, model::Rate> leverages;
    };

    /// A rejection with the core's word for it.
    struct Refusal {
        Rejection rejection;
        model::Reason reason = model::Reason::RejectedByExchange;
    };

    [[nodiscard]] Contract* find_contract(const model::InstrumentId& instrument);
    [[nodiscard]] const Contract* find_contract(const model::InstrumentId& instrument) const;
    [[nodiscard]] AccountBooks* find_account(const model::AccountId& account);
    [[nodiscard]] const AccountBooks* find_account(const model::AccountId& account) const;
    [[nodiscard]] static std::optional<model::Price> reference_of(const Contract& contract);
    [[nodiscard]] model::ContractState state_of(const AccountBooks& books,
                                                const Contract& contract) const;
    [[nodiscard]] std::vector<model::ContractState> states_of(const AccountBooks& books,
                                                              const model::Asset& asset) const;

    [[nodiscard]] static std::optional<Refusal> check_request(
        const model::OrderInstruction& instruction,
        const Contract& contract,
        const AccountBooks& books);
    [[nodiscard]] std::optional<Refusal> check_money(const AccountBooks& books,
                                                     const Contract& contract,
                                                     const ExchangeOrder& order) const;
    [[nodiscard]] model::Quantity room_to_reduce(const AccountBooks& books,
                                                 const Contract& contract,
                                                 model::Side side) const;
    [[nodiscard]] std::optional<Refusal> check_margin(const AccountBooks& books,
                                                      const Contract& contract,
                                                      const ExchangeOrder& order) const;
    [[nodiscard]] std::optional<Refusal> accept(const model::OrderInstruction& instruction,
                                                model::Timestamp now,
                                                Reports& reports);

    [[nodiscard]] AccountBooks& take_over_money(const AccountSnapshot& snapshot);
    void forget_unknown(const AccountBooks& books, const AccountSnapshot& snapshot);
    void book_missing_trades(AccountBooks& books, const AccountSnapshot& snapshot);
    void restore_order(AccountBooks& books,
                       const model::Order& row,
                       model::Timestamp now,
                       Reports& reports);
    void book_trade(AccountBooks& books,
                    const Contract& contract,
                    model::Side side,
                    const model::Trade& trade);
    void lock_for(AccountBooks& books, const Contract& contract, const ExchangeOrder& order);

    [[nodiscard]] std::uint64_t next_id() { return ++last_id_; }

    std::uint64_t last_id_ = 0;
    std::map<model::InstrumentId, Contract> contracts_;
    std::map<model::AccountId, AccountBooks> accounts_;
    std::vector<model::AccountId> parties_;  ///< Party n is the n-th seated account, from 1.
    std::map<OrderSerial, OrderRecord> open_records_;
    OrderHistory history_{kClosedOrdersMax};
};

}  // namespace botcore::venue
