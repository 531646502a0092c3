#include "venue/order_records.hpp"

#include <utility>

namespace botcore::venue {

model::OrderReport report_of(const OrderRecord& record,
                             std::size_t first_trade,
                             model::Timestamp now) {
    CHECK(first_trade <= record.trades.size());
    model::OrderReport report;
    report.account = record.name.account;
    report.instrument = record.name.instrument;
    report.id = record.name.id;
    report.kind = record.kind;
    report.venue_order_id = record.venue_order_id;
    report.trades.assign(record.trades.begin() + static_cast<std::ptrdiff_t>(first_trade),
                         record.trades.end());
    report.reason = record.reason;
    report.reason_text = record.reason_text;
    report.venue_time = now;
    return report;
}

model::VenueOrder venue_order_of(const OrderRecord& record, model::Timestamp now) {
    model::VenueOrder order = record.asked;
    order.report = report_of(record, 0, now);
    return order;
}

void OrderHistory::add(OrderRecord record) {
    if (by_age_.size() >= size_max_) {
        const auto oldest = records_.find(by_age_.front());
        CHECK(oldest != records_.end());
        oldest->second.pop_front();
        if (oldest->second.empty()) records_.erase(oldest);
        by_age_.pop_front();
        ++forgotten_;
    }
    by_age_.push_back(record.name);
    records_[by_age_.back()].push_back(std::move(record));
}

bool OrderHistory::closed_before(Place& place,
                                 const model::AccountId& account,
                                 model::Timestamp since,
                                 std::vector<const OrderRecord*>& found) const {
    for (std::size_t looks = 0; looks < kClosedScannedMax && found.size() < kClosedFoundMax;
         ++looks) {
        if (place <= forgotten_) return false;
        const OrderName& name = by_age_.at(place - forgotten_ - 1);
        const OrderRecord& newest = records_.at(name).back();
        if (newest.changed < since) return false;
        --place;
        if (name.account == account) found.push_back(&newest);
    }
    return true;
}

const OrderRecord* OrderHistory::find(const OrderName& name) const {
    const auto place = records_.find(name);
    return place == records_.end() ? nullptr : &place->second.back();
}

}  // namespace botcore::venue
