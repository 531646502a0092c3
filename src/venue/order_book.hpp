#pragma once

/// The price-time order book of one instrument. Each level has one queue of anonymous liquidity
/// (from a feed or generated participants) and identified orders, traded in order of arrival.
///
/// The anonymous book is a plain list of levels, so that an update from a feed costs no more than
/// in `model::DepthBook`. Only levels with identified orders have a queue. It holds for each order
/// the anonymous quantity directly in front of it, and the anonymous quantity behind the last one:
///
///   front  [ahead 5] A:2 [ahead 0] B:1 [ahead 3] C:4 [tail 7]  back      anonymous level: 15
///
/// B1  In a confirmed queue, the sum of all `ahead` quantities and the tail is the quantity of the
///     anonymous level.
/// B2  The quantity in front of an order never grows while the feed has no gap.
/// B3  Every order in a queue has a positive remaining quantity; a queue has at least one order.
/// B4  The same calls produce the same matches: nothing depends on addresses or on hashing.

#include "base/name.hpp"
#include "model/depth.hpp"
#include "model/margin.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace botcore::venue {

/// An order's number at the exchange; zero stands for anonymous liquidity.
using OrderSerial = base::Id<struct OrderSerialTag>;
inline constexpr OrderSerial kAnonymous{};

/// The owner of an order: orders of one party never trade with each other.
using Party = base::Id<struct PartyTag>;

/// Whether the order can shrink or leave the book while another order is matching.
enum class Firmness : std::uint8_t {
    Firm,
    Conditional,  ///< Reduce-only: it shrinks with its owner's position.
};

struct BookOrder {
    OrderSerial serial;
    Party party;
    model::Side side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;  ///< The open quantity; positive.
    Firmness firmness = Firmness::Firm;
};

/// An incoming order.
struct Taker {
    Party party;
    model::Side side = model::Side::Buy;
    model::Quantity quantity;
    std::optional<model::Price> limit;  ///< Worst acceptable price; none for a market order.
};

struct PublicTrade {
    model::Price price;
    model::Quantity quantity;
    model::Side aggressor = model::Side::Buy;
};

enum class MatchKind : std::uint8_t {
    Trade,
    SelfTradePrevented,  ///< The taker's own resting order was removed without a trade.
};

struct Match {
    MatchKind kind = MatchKind::Trade;
    model::Price price;
    model::Quantity quantity;
    OrderSerial resting;  ///< The resting order, or `kAnonymous`.

    friend bool operator==(const Match&, const Match&) = default;
};

/// How much a taker could trade, orders of its own party excluded.
struct Reach {
    model::Quantity quantity;       ///< At most the taker's quantity.
    model::Quantity firm_quantity;  ///< The part of it that cannot leave the book during matching.
    model::Money notional;          ///< The cost of `quantity`, each match rounded half to even.
    std::optional<model::Price> worst;
};

using model::worth;

class OrderBook {
public:
    /// Sets the absolute quantity of a level as the feed reports it. Added quantity goes to the
    /// back of the queue. The feed does not say where removed quantity was, so it is taken from the
    /// back too: identified orders never move forward on an assumption.
    /// Quantity that a taker has consumed stays consumed until the next call for this level.
    void set_anonymous(model::Side side, model::Level level);

    /// Starts a rebuild of the public book: its levels are removed, orders stay. The quantity in
    /// front of each order is remembered, and it applies again, capped by the new level, once its
    /// level is set.
    void clear_anonymous();

    /// Adds an order at the back of its level. Its serial must be new. During a rebuild of the
    /// public book (for example when orders are restored after a restart) the order is also placed
    /// behind all quantity that the first update of the level brings.
    void add(const BookOrder& order);

    /// Removes an order; returns false when it is not in the book.
    bool remove(OrderSerial serial);

    /// Lowers the open quantity of an order, which keeps its place; `remaining` must be positive
    /// and at most the open quantity.
    void reduce(OrderSerial serial, model::Quantity remaining);

    /// Executes the taker's next match, by best price, then time; returns nothing when the taker is
    /// filled or the book holds nothing more within the taker's limit. The caller subtracts the
    /// matched quantity.
    [[nodiscard]] std::optional<Match> take_next(const Taker& taker);

    /// Executes all matches of the taker at once.
    void take(const Taker& taker, std::vector<Match>& matches);

    /// Executes the next identified order that a public trade reaches. Orders at better prices than
    /// the trade fill completely at their own price, because the market traded through them. At the
    /// trade's price, the traded quantity consumes the queue from the front; `trade.quantity` is
    /// updated to the remainder. Returns nothing when no further order is reached; by then the
    /// anonymous level has been reduced too. Public levels at better prices stay until the feed
    /// removes them.
    [[nodiscard]] std::optional<Match> hit_next(PublicTrade& trade);

    /// Executes the next identified order that the public levels of `aggressor` cross, at the
    /// order's own price; the level is consumed. A feed without trades fills orders this way.
    [[nodiscard]] std::optional<Match> cross_next(model::Side aggressor);

    /// The best price of a side, anonymous levels and identified orders together.
    [[nodiscard]] std::optional<model::Price> best(model::Side side) const;

    [[nodiscard]] Reach reach(const Taker& taker) const;

    /// The public levels, less the quantity consumed in this book.
    [[nodiscard]] const model::DepthBook& anonymous() const { return anonymous_; }

    /// The whole quantity in front of an order in its level, anonymous or not; nothing for unknown
    /// orders and while the level has not been set since a rebuild began.
    [[nodiscard]] std::optional<model::Quantity> in_front_of(OrderSerial serial) const;

    /// The open quantity of an order; zero when it is not in the book.
    [[nodiscard]] model::Quantity open_quantity(OrderSerial serial) const;

private:
    struct QueuedOrder {
        OrderSerial serial;
        Party party;
        model::Quantity remaining;
        model::Quantity ahead;  ///< Anonymous, directly in front of this order.
        Firmness firmness = Firmness::Firm;
    };

    struct Queue {
        model::Price price;
        std::vector<QueuedOrder> orders;
        model::Quantity tail;
        bool confirmed = true;  ///< False: the level has not been set since the last reset.
    };

    struct Place {
        model::Side side = model::Side::Buy;
        model::Price price;
    };

    using Queues = std::vector<Queue>;  ///< Best price last, like the anonymous levels.

    [[nodiscard]] Queues& queues(model::Side side) {
        return queues_[side == model::Side::Buy ? 0 : 1];
    }

    [[nodiscard]] const Queues& queues(model::Side side) const {
        return queues_[side == model::Side::Buy ? 0 : 1];
    }

    [[nodiscard]] Queue* find_queue(model::Side side, model::Price price);
    [[nodiscard]] const Queue* find_queue(model::Side side, model::Price price) const;
    [[nodiscard]] Queue& make_queue(model::Side side, model::Price price);
    [[nodiscard]] model::Quantity anonymous_at(model::Side side, model::Price price) const;
    static void align(Queue& queue, model::Quantity total);
    void settle_unconfirmed(model::Side side, Queue& queue);
    void lower_anonymous(model::Side side, model::Price price, model::Quantity quantity);
    void consume_anonymous(model::Side side, model::Price price, model::Quantity quantity);
    void fill(model::Side side, Queue& queue, model::Quantity quantity);
    void erase(model::Side side, Queue& queue, std::size_t index);

    model::DepthBook anonymous_;
    std::array<Queues, 2> queues_;
    std::map<OrderSerial, Place> places_;
    bool rebuilding_ = false;  ///< True from `clear_anonymous` until the first level is set.
};

}  // namespace botcore::venue
