#pragma once

/// An exchange in memory: instruments with their books, accounts with their balances, and the
/// orders of all accounts among public liquidity. It returns order reports and has no store: its
/// accounts are projections of rows that the caller commits.
///
/// Every call appends its results to `reports`, one report per order, in the order in which orders
/// were first affected: the requested order first, then resting orders that traded or ended because
/// of it. A report of a resting order contains only its new trades.
///
/// Reports of rejections have the exchange's code and text in `reason_text`, in the form of
/// `to_text(Rejection)`.
///
/// W1  Trade ids and order ids are base + counter. They are unique for ever, provided that each
///     start sets a new base beyond all ids of earlier starts. Both sides of a trade have the same
///     id.
/// W2  An account only trades on its own market.
/// W3  Orders of one account never trade with each other: the resting one expires (self-trade
///     prevention EXPIRE_MAKER: the futures default; on spot the symbols' recorded default).
/// W4  All reduce-only orders of a position together never hold more than the position. The excess
///     is withdrawn at once, also when a restored account changes the position. Waiting orders hold
///     nothing and outlive the position, as the exchange's stand-alone conditional orders do; with
///     nothing to reduce they expire when they trigger. A triggered order takes precedence over
///     resting orders, so that a stop always takes effect.
/// W5  Stop and take-profit orders wait outside the book until a trade, of an account or of the
///     public, is at or beyond their stop price. Then they become market or limit orders with the
///     same ids, oldest first; orders that their trades trigger follow in the same call. The margin
///     of futures orders is checked at the trigger; a spot order has its amount locked from the
///     start. A triggered order that rests is reported as Open with StopTriggered; an order
///     restored from such a row never waits again.

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
    /// Only Open orders are restored, and no market orders.
    std::vector<model::Order> live_orders;
};

/// Maximum number of closed orders of this run that can still be queried.
inline constexpr std::size_t kClosedOrdersMax = 10'000;

/// Leverage of a contract without a setting: the exchange's initial value.
inline constexpr model::Rate kLeverageDefault = model::Rate::whole(20);

class PaperVenue {
public:
    using Reports = std::vector<model::OrderReport>;

    PaperVenue() = default;
    PaperVenue(const PaperVenue&) = delete;
    PaperVenue& operator=(const PaperVenue&) = delete;

    /// Ids of trades and orders begin after `base` (W1). Must be called before the first trade.
    void set_id_base(std::uint64_t base) { last_id_ = base; }

    /// Adds an instrument, or replaces the rules of a known one, which keeps its book and orders.
    void define(const model::Instrument& instrument);

    /// Sets the leverage of a futures contract. Returns -4028 for a leverage outside the brackets,
    /// -1121 for an unknown instrument, and -2015 for an unknown account.
    [[nodiscard]] std::optional<Rejection> set_leverage(const model::AccountId& account,
                                                        const model::InstrumentId& instrument,
                                                        model::Rate leverage);

    /// Restores an account from its committed rows. Its balances become those of the rows, plus the
    /// trades of this run that the rows of live orders do not contain yet. Open orders that the
    /// venue does not have are added with their remaining quantity at the back of their level; they
    /// trade at once if they cross the book, and trigger at once if the market is beyond their stop
    /// price. Orders of the venue that the rows do not contain are removed without a report. Only
    /// trades and ends are reported.
    void restore_account(const AccountSnapshot& snapshot, model::Timestamp now, Reports& reports);

    /// Appends exactly one report of the order: Open, Filled, Expired or Rejected, with all its
    /// immediate trades. A rejected order leaves no state behind. A stop or take-profit order is
    /// Open as long as it waits; one that would trigger at once is rejected with -2021.
    void place(const model::OrderInstruction& instruction, model::Timestamp now, Reports& reports);

    /// Reports Canceled; CancelNotOpen with -2011; or CancelNotSent with -1021 when the request is
    /// outside its receive window and therefore has no effect.
    void cancel(const model::CancelInstruction& instruction,
                model::Timestamp now,
                Reports& reports);

    /// Reports the order with all its trades of this run, or NotFound with -2013 if there is no
    /// such order.
    void query(const OrderName& name, model::Timestamp now, Reports& reports) const;

    /// Cursor over an account's orders: first those that ended since `since`, then the open ones.
    struct OrderWalk {
        model::AccountId account;
        model::Timestamp since;
        OrderHistory::Place place = 0;
    };

    [[nodiscard]] OrderWalk begin_walk(const model::AccountId& account,
                                       model::Timestamp since) const {
        return {account, since, history_.end()};
    }

    /// Adds the next orders, about one millisecond of work. Returns true when these were the last.
    [[nodiscard]] bool walk_on(OrderWalk& walk,
                               model::Timestamp now,
                               std::vector<model::VenueOrder>& orders) const;

    /// The account's balances and positions; nothing for an account that was never restored.
    [[nodiscard]] std::optional<model::VenueBooks> books(const model::AccountId& account,
                                                         model::Timestamp now) const;

    /// Sets the absolute quantity of one public level. Resting orders that the level crosses trade
    /// at their own price. Unknown instruments are ignored, here and below.
    void on_depth(const model::InstrumentId& instrument,
                  model::Side side,
                  model::Level level,
                  model::Timestamp now,
                  Reports& reports);

    /// Starts a rebuild of the public book: public levels are removed, resting orders stay.
    void on_depth_reset(const model::InstrumentId& instrument);

    /// A public trade fills resting orders at its price by their place in the queue, and those at
    /// better prices completely.
    void on_trade(const model::InstrumentId& instrument,
                  const PublicTrade& trade,
                  model::Timestamp now,
                  Reports& reports);

    /// Calls one of the three functions above.
    void apply(const MarketEvent& event, Reports& reports);

    /// The middle of the best prices, or the last trade when a side is empty. It is used as the
    /// spot reference price and as the futures mark price.
    [[nodiscard]] std::optional<model::Price> reference_price(
        const model::InstrumentId& instrument) const;

    /// The book of an instrument; `nullptr` for an unknown instrument.
    [[nodiscard]] const OrderBook* book(const model::InstrumentId& instrument) const;

    /// The balances of a spot account; `nullptr` for an account that was never restored.
    [[nodiscard]] const SpotBalances* spot_balances(const model::AccountId& account) const;

    /// Futures wallet balance; zero for an unknown account or asset.
    [[nodiscard]] model::Money wallet(const model::AccountId& account,
                                      const model::Asset& asset) const;

    [[nodiscard]] Holding holding(const model::AccountId& account,
                                  const model::InstrumentId& instrument) const;

    /// The margin figures of an account; all zero for an unknown account.
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
            matching.book().clear_anonymous();  // No level has been set yet.
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

    /// A rejection of the exchange and the corresponding reason of the core.
    struct Refusal {
        Rejection rejection;
        model::OrderReason reason = order_reason(model::RefusalReason::RejectedByExchange);
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

    [[nodiscard]] AccountBooks& restore_balances(const AccountSnapshot& snapshot);
    void remove_unknown_orders(const AccountBooks& books, const AccountSnapshot& snapshot);
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
    std::vector<model::AccountId> parties_;  ///< Party n is the n-th restored account, from 1.
    std::map<OrderSerial, OrderRecord> open_records_;
    OrderHistory history_{kClosedOrdersMax};
};

}  // namespace botcore::venue
