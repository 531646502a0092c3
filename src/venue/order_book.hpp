#pragma once

/// The price-time order book of one instrument. In each level anonymous liquidity (from a feed or
/// generated participants) and identified orders stand in one queue; whoever came first trades
/// first.
///
/// The anonymous book is a plain list of levels, so a feed's update costs no more than in
/// `model::DepthBook`. Only levels with identified orders have a queue: per order the anonymous
/// quantity directly in front of it, plus the quantity behind the last one:
///
///   front  [ahead 5] A:2 [ahead 0] B:1 [ahead 3] C:4 [tail 7]  back      anonymous level: 15
///
/// B1  In a confirmed queue the `ahead`s and the tail sum up to the anonymous level.
/// B2  What stands in front of an order never grows while the book is told without a gap.
/// B3  Every order in a queue has a positive remaining quantity; a queue has at least one order.
/// B4  Same calls, same matches: nothing depends on addresses or on hashing.

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

/// Whose order it is: orders of one party never trade with each other.
using Party = base::Id<struct PartyTag>;

/// May the order vanish while somebody else is matching?
enum class Firmness : std::uint8_t {
    Firm,
    Conditional,  ///< Reduce-only: it shrinks with its owner's position.
};

struct BookOrder {
    OrderSerial serial;
    Party party;
    model::Side side = model::Side::Buy;
    model::Price price;
    model::Quantity quantity;  ///< What is still open; positive.
    Firmness firmness = Firmness::Firm;
};

/// What an incoming order wants.
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
    SelfTradePrevented,  ///< The resting order was the taker's own: it left the book untraded.
};

struct Match {
    MatchKind kind = MatchKind::Trade;
    model::Price price;
    model::Quantity quantity;
    OrderSerial resting;  ///< `kAnonymous`, or the order that stood there.

    friend bool operator==(const Match&, const Match&) = default;
};

/// How far a taker would get, its own orders left out.
struct Reach {
    model::Quantity quantity;       ///< At most what it wants.
    model::Quantity firm_quantity;  ///< The part of it that cannot vanish meanwhile.
    model::Money notional;          ///< What `quantity` would cost, each match rounded half even.
    std::optional<model::Price> worst;
};

using model::worth;

class OrderBook {
public:
    /// The feed's word about a level, absolute. Growth joins at the back, shrinkage leaves from the
    /// back, so that no order of ours is favoured by a guess. What a taker has consumed stays
    /// consumed until this is called for the level again.
    void set_anonymous(model::Side side, model::Level level);

    /// The public book is being rebuilt: its levels go, orders stay. What stood in front of an
    /// order is remembered and holds again, as far as it still exists, once its level is told.
    void clear_anonymous();

    /// Puts an order at the back of its level. Its serial must be new. While the public book is
    /// being rebuilt (orders that stood there before a restart, for one) that is also behind all
    /// that the first word about the level will bring.
    void add(const BookOrder& order);

    /// Takes an order out; false where it is not in the book.
    bool remove(OrderSerial serial);

    /// Lowers what is open of an order, which keeps its place; `remaining` must be positive and not
    /// above what is open.
    void reduce(OrderSerial serial, model::Quantity remaining);

    /// Executes the next match of the taker, best price first, then time; nothing when it has all
    /// it wants or the book has no more within its limit. The caller subtracts what it got.
    [[nodiscard]] std::optional<Match> take_next(const Taker& taker);

    /// All matches of the taker at once.
    void take(const Taker& taker, std::vector<Match>& matches);

    /// Lets the next identified order trade that a public trade reaches. Orders at better prices
    /// than the trade fill completely, at their own price: the market went past them. At the
    /// trade's price its quantity eats the queue from the front; `trade.quantity` is what is left.
    /// Nothing when no further order is reached, and then the anonymous level has been eaten too.
    /// Public levels at better prices stay until the feed takes them away.
    [[nodiscard]] std::optional<Match> hit_next(PublicTrade& trade);

    /// Lets the next identified order trade that the public levels of `aggressor` cross, at the
    /// order's own price; the level is consumed. A feed without trades reaches orders this way.
    [[nodiscard]] std::optional<Match> cross_next(model::Side aggressor);

    /// Best price of a side, whoever stands there.
    [[nodiscard]] std::optional<model::Price> best(model::Side side) const;

    [[nodiscard]] Reach reach(const Taker& taker) const;

    /// The public levels, less what was consumed here.
    [[nodiscard]] const model::DepthBook& anonymous() const { return anonymous_; }

    /// Everything in front of an order in its level, anonymous or not; nothing for unknown orders
    /// and while its level has not been told.
    [[nodiscard]] std::optional<model::Quantity> in_front_of(OrderSerial serial) const;

    /// What is open of an order; zero when it is not in the book.
    [[nodiscard]] model::Quantity open_quantity(OrderSerial serial) const;

private:
    struct Standing {
        OrderSerial serial;
        Party party;
        model::Quantity remaining;
        model::Quantity ahead;  ///< Anonymous, directly in front of this order.
        Firmness firmness = Firmness::Firm;
    };

    struct Queue {
        model::Price price;
        std::vector<Standing> orders;
        model::Quantity tail;
        bool confirmed = true;  ///< False: the level has not been told since the last reset.
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
    bool rebuilding_ = false;  ///< Cleared, and no level told since.
};

}  // namespace botcore::venue
