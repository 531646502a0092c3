#include "gateway/trade_deduplicator.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace botcore::gateway {

using model::Quantity;
using protocol::MarketMessage;
using protocol::MarketMessageKind;

TradeDeduplicator::TradeDeduplicator(std::size_t remembered_max) : remembered_max_(remembered_max) {
    CHECK(remembered_max > 0);
}

TradeDecision TradeDeduplicator::decide(const MarketMessage& message) {
    CHECK(message.kind == MarketMessageKind::Trade ||
          message.kind == MarketMessageKind::AggregateTrade);
    if (message.first_trade < oldest_id_ && message.trade_time > newest_time_) forget();  // D4
    TradeDecision decision;
    decision.trades_missing = note_ids(message);
    if (message.trade_origin != protocol::TradeOrigin::Market) {
        decision.verdict = TradeVerdict::NotMarket;
        return decision;
    }
    newest_time_ = std::max(newest_time_, message.trade_time);
    decision.quantity = count(message);
    if (!decision.quantity.is_positive()) decision.verdict = TradeVerdict::Repeated;
    return decision;
}

void TradeDeduplicator::forget() {
    *this = TradeDeduplicator(remembered_max_);
}

bool TradeDeduplicator::note_ids(const MarketMessage& message) {
    bool missing = newest_id_ != 0 && message.first_trade > newest_id_ + 1;
    if (message.kind == MarketMessageKind::AggregateTrade) {
        missing = missing && newest_aggregate_ != 0 && message.trade_id > newest_aggregate_ + 1;
        newest_aggregate_ = std::max(newest_aggregate_, message.trade_id);
    }
    newest_id_ = std::max(newest_id_, message.last_trade);
    return missing;
}

Quantity TradeDeduplicator::count(const MarketMessage& message) {
    if (message.first_trade < oldest_id_) return {};
    const auto begin = std::lower_bound(
        counted_.begin(), counted_.end(), message.first_trade, [](const Counted& a, auto first) {
            return a.last < first;
        });
    const auto end = std::upper_bound(
        begin, counted_.end(), message.last_trade, [](auto last, const Counted& a) {
            return last < a.first;
        });
    Counted whole{message.first_trade, message.last_trade, {}};
    for (auto part = begin; part != end; ++part) {
        // An aggregate that was counted includes all of its trades.
        if (part->first <= message.first_trade && part->last >= message.last_trade) return {};
        whole.first = std::min(whole.first, part->first);
        whole.last = std::max(whole.last, part->last);
        whole.quantity += part->quantity;
    }
    const Quantity rest = std::max(Quantity{}, message.trade.quantity - whole.quantity);
    whole.quantity += rest;
    counted_.insert(counted_.erase(begin, end), whole);
    while (counted_.size() > remembered_max_) {
        oldest_id_ = counted_.front().last + 1;
        counted_.pop_front();
    }
    return rest;
}

}  // namespace botcore::gateway
