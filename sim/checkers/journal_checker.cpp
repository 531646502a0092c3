#include "sim/checkers/journal_checker.hpp"

#include <algorithm>
#include <charconv>

namespace botcore::sim::checkers {

using model::OrderReason;
using model::OrderState;
using model::RefusalReason;
using model::ReportKind;

namespace {

std::string place_of(const model::Record& record) {
    return "record " + std::to_string(record.sequence) + " (" +
           std::string(kind_of(record.input.body)) + ")";
}

bool is_temporary_refusal(OrderReason reason) {
    return reason == RefusalReason::PriceStale || reason == RefusalReason::PriceMissing ||
           reason == RefusalReason::ClockUncertain || reason == RefusalReason::DiskFull ||
           reason == RefusalReason::AccountFrozen || reason == RefusalReason::AccountUnreconciled ||
           reason == RefusalReason::Maintenance || reason == RefusalReason::TradingHalted ||
           reason == RefusalReason::MaxPositionsExceeded ||
           reason == RefusalReason::DailyLossLimit || reason == RefusalReason::DrawdownLimit ||
           reason == RefusalReason::MarginLevelLow || reason == RefusalReason::CooldownActive ||
           reason == RefusalReason::ExposureLimit || reason == RefusalReason::OrderRateLimit ||
           reason == RefusalReason::StoreBehindArchive;
}

bool takes_entries(model::OperatingMode mode) {
    return mode == model::OperatingMode::Normal || mode == model::OperatingMode::Ramping;
}

/// The order that a command created; `nullptr` when there is none.
const model::Order* order_made(const model::Record& record) {
    for (const auto& change : record.outcome.changes) {
        const auto* order = std::get_if<model::Order>(&change);
        if (order != nullptr && order->number / model::kOrdersPerInputMax == record.sequence) {
            return order;
        }
    }
    return nullptr;
}

/// The exchange's report about one order in this input; `nullptr` when there is none.
const model::OrderReport* report_of(const model::InputBody& body) {
    if (const auto* fact = std::get_if<model::ReportOrder>(&body)) return &fact->report;
    if (const auto* found = std::get_if<model::ReportFoundOrder>(&body)) {
        return &found->order.report;
    }
    return nullptr;
}

}  // namespace

void JournalChecker::on_committed(const model::Head& expected,
                                  const std::vector<StoredRecord>& records) {
    if (expected.sequence != sequence_ || expected.hash != hash_) {
        violations_.add("I7", "a batch extended a head other than the last committed one");
    }
    for (const auto& stored : records) {
        check_chain(stored);
        const model::Record& record = stored.record;
        check_term(record);
        check_attempts(record);
        check_orders(record);
        check_exit(record);
        check_act(record);
        std::map<std::pair<model::AccountId, model::Asset>, model::Money> cash;
        for (const auto& posting : record.outcome.postings) {
            cash[{posting.account, posting.asset}] =
                projection_.balances[{posting.account, posting.asset}].of(model::Book::Cash);
        }
        projection_.apply(record, violations_);
        check_reservations(record);
        if (model::origin_of(record.input.body) == nullptr) continue;
        for (const auto& [name, before] : cash) {
            const auto after = projection_.balances[name].of(model::Book::Cash);
            if (after.is_negative() && after < before) {
                violations_.add(
                    "I13",
                    place_of(record) + " took the cash of " + name.first.text() + " below zero");
            }
        }
    }
}

/// Checks that postings and rows agree on the reserved amounts, and that these amounts equal the
/// result of the exchange's formula as far as the cash suffices.
void JournalChecker::check_reservations(const model::Record& record) {
    std::set<std::pair<model::AccountId, model::InstrumentId>> touched;
    for (const auto& change : record.outcome.changes) {
        if (const auto* order = std::get_if<model::Order>(&change)) {
            touched.emplace(order->account, order->instrument);
        } else if (const auto* position = std::get_if<model::Position>(&change)) {
            touched.emplace(position->account, position->instrument);
        }
    }
    for (const auto& [account, id] : touched) {
        const auto instrument = projection_.instruments.find(id);
        if (id.market != model::Market::Futures || instrument == projection_.instruments.end())
            continue;
        model::Money held;
        for (const auto& [name, position] : projection_.positions)
            if (name.first == account) held += position.reserved;
        const auto& books = projection_.balances[{account, instrument->second.quote}];
        if (books.of(model::Book::Reserved) != held) {
            violations_.add("I5",
                            place_of(record) + " has reserves that differ from its positions");
        }
        const auto position = projection_.positions.find({account, id});
        const auto now =
            position == projection_.positions.end() ? model::Money() : position->second.reserved;
        const auto needed = projection_.reservation(account, instrument->second);
        const bool all_cash = !books.of(model::Book::Cash).is_positive();
        if (now == needed || (now < needed && all_cash)) continue;
        violations_.add("I5",
                        place_of(record) + " reserves " + to_text(now) + " for " +
                            id.symbol.text() + " where " + to_text(needed) + " is needed");
    }
}

/// Checks that each audit event is recorded once and in order: the simulator numbers the audit
/// events that it passes to a process.
void JournalChecker::check_act(const model::Record& record) {
    const auto* action = std::get_if<model::RecordAuditEvent>(&record.input.body);
    if (action == nullptr) return;
    std::uint64_t number = 0;
    (void)std::from_chars(
        action->detail.data(), action->detail.data() + action->detail.size(), number);
    std::uint64_t& newest = audit_events_[action->subject];
    if (number <= newest) {
        violations_.add(
            "ACTS",
            place_of(record) + " has audit event " + action->detail + " late or repeatedly");
    }
    newest = number;
}

void JournalChecker::check_chain(const StoredRecord& stored) {
    const model::Record& record = stored.record;
    if (record.sequence != sequence_ + 1)
        violations_.add("I7", "there is a gap before " + place_of(record));
    if (record.prior_hash != hash_)
        violations_.add("I12", "the hash chain is broken at " + place_of(record));
    if (stored.hash != stored.recomputed)
        violations_.add("I12", "the hash is wrong at " + place_of(record));
    if (record.epoch < epoch_) violations_.add("I7", "an older epoch wrote " + place_of(record));
    if (record.input.time < time_) violations_.add("I7", "time decreased at " + place_of(record));
    if (record.input.monotonic_time < monotonic_time_) {
        violations_.add("I7", "monotonic time decreased at " + place_of(record));
    }
    monotonic_time_ = record.input.monotonic_time;
    sequence_ = record.sequence;
    hash_ = stored.hash;
    epoch_ = record.epoch;
    time_ = record.input.time;
}

void JournalChecker::check_term(const model::Record& record) {
    if (const auto* start = std::get_if<model::StartEpoch>(&record.input.body)) {
        policy_ = start->policy;
        reconciled_.clear();
        if (!incarnations_.insert(start->incarnation).second) {
            violations_.add("I2", "an incarnation was used twice");
        }
    } else if (const auto* done = std::get_if<model::ReportReconciled>(&record.input.body)) {
        reconciled_.insert(done->account);
    } else if (const auto* open = std::get_if<model::OpenAccount>(&record.input.body)) {
        if (projection_.find(open->account) == nullptr) reconciled_.insert(open->account);
    }
}

void JournalChecker::check_orders(const model::Record& record) {
    for (const auto& change : record.outcome.changes) {
        const auto* order = std::get_if<model::Order>(&change);
        if (order == nullptr) continue;
        const model::Order* before = projection_.find(order->id);
        if (before != nullptr) {
            check_transition(record, *before, *order);
            check_protection(record, *before, *order);
        }
        if (!model::is_live(order->state) && !order->reserved.is_zero()) {
            violations_.add("I5", "closed order " + order->id.text() + " still reserves money");
        }
        if (order->filled <= order->quantity) continue;
        const bool frozen = std::any_of(
            record.outcome.changes.begin(), record.outcome.changes.end(), [&](const auto& item) {
                const auto* account = std::get_if<model::Account>(&item);
                return account != nullptr && account->state == model::AccountState::Frozen;
            });
        const auto* account = projection_.find(order->account);
        if (!frozen && account != nullptr && account->state != model::AccountState::Frozen) {
            violations_.add("I13",
                            "order " + order->id.text() +
                                " has more fills than its quantity, but its account is not frozen");
        }
    }
    const model::Order* made = order_made(record);
    if (made != nullptr && made->state == OrderState::Intended) check_entry(record, *made);
}

void JournalChecker::check_transition(const model::Record& record,
                                      const model::Order& before,
                                      const model::Order& after) {
    if (after.filled < before.filled) {
        violations_.add("I4", "order " + after.id.text() + " lost a fill at " + place_of(record));
    }
    if (before.state != OrderState::Unknown || after.state == OrderState::Unknown) return;
    const model::OrderReport* report = report_of(record.input.body);
    if (report == nullptr || report->id != after.id) {
        violations_.add(
            "I3",
            "Unknown of " + after.id.text() + " ended without evidence at " + place_of(record));
        return;
    }
    if (after.state == OrderState::Absent) {
        check_absence(record, before);
        return;
    }
    const ReportKind kind = report->kind;
    const bool evidence = kind == ReportKind::Open || kind == ReportKind::Filled ||
                          kind == ReportKind::Canceled || kind == ReportKind::Expired ||
                          kind == ReportKind::Rejected || kind == ReportKind::NotSent ||
                          !report->trades.empty();
    if (!evidence)
        violations_.add(
            "I3", "Unknown of " + after.id.text() + " ended by a report that is not evidence");
}

/// Checks S1: a quantity that is filled by an entry with a stop has a stop from the same record on.
void JournalChecker::check_protection(const model::Record& record,
                                      const model::Order& before,
                                      const model::Order& after) {
    const model::Quantity gained = after.filled - before.filled;
    if (!after.stop_loss || !gained.is_positive()) return;
    model::Quantity held;
    model::Quantity covered;
    for (const auto& change : record.outcome.changes) {
        if (const auto* position = std::get_if<model::Position>(&change)) {
            held = position->quantity;
        } else if (const auto* stop = std::get_if<model::Order>(&change)) {
            const bool is_new = stop->number / model::kOrdersPerInputMax == record.sequence;
            const bool covers = stop->parent == after.number && stop->stop_price.has_value() &&
                                stop->role == model::OrderRole::StopLoss;
            if (is_new && covers) covered += stop->quantity;
        }
    }
    const bool buys = after.side == model::Side::Buy;
    if (buys ? !held.is_positive() : !held.is_negative()) return;
    if (covered == std::min(gained, magnitude(held))) return;
    violations_.add("S1",
                    "a fill of " + to_text(gained) + " of " + after.id.text() + " got a stop for " +
                        to_text(covered) + " at " + place_of(record));
}

/// Checks that a request is signed with the shown time, not with the journal's monotonic time.
void JournalChecker::check_attempts(const model::Record& record) {
    for (const auto& change : record.outcome.changes) {
        const auto* order = std::get_if<model::Order>(&change);
        if (order == nullptr) continue;
        Sent& sent = sent_[order->id];
        if (order->attempt.number == sent.attempt) continue;
        sent.attempt = order->attempt.number;
        sent.signed_until =
            std::max(sent.signed_until, order->attempt.time + order->attempt.window);
        sent.not_found.reset();
        if (order->attempt.time != record.input.exchange_time) {
            violations_.add(
                "I9",
                "a request was signed with another time than the clock's at " + place_of(record));
        }
    }
    const model::OrderReport* report = report_of(record.input.body);
    if (report == nullptr || report->kind != ReportKind::NotFound) return;
    Sent& sent = sent_[report->id];
    if (!sent.not_found) sent.not_found = report->venue_time;
}

void JournalChecker::check_absence(const model::Record& record, const model::Order& order) {
    const auto& report = std::get<model::ReportOrder>(record.input.body).report;
    const Sent& sent = sent_[order.id];
    const auto first = sent.not_found.value_or(report.venue_time);
    const auto fence =
        std::min(sent.signed_until, first + policy_.request_lifetime) + policy_.fence_margin;
    if (report.kind != ReportKind::NotFound || report.venue_time <= fence ||
        report.venue_time < fence + policy_.view_lag) {
        violations_.add("I3",
                        "order " + order.id.text() + " was declared absent without proof at " +
                            place_of(record));
    }
}

void JournalChecker::check_entry(const model::Record& record, const model::Order& order) {
    const auto* place = std::get_if<model::PlaceOrder>(&record.input.body);
    if (place == nullptr) return;  // Closing a position is an exit.
    if (projection_.is_exit(order)) return;
    const auto told = [&](const char* invariant, const char* text) {
        violations_.add(invariant, std::string(text) + " at " + place_of(record));
    };
    if (record.input.clock != model::ClockState::Certain)
        told("I14", "an entry was accepted with an uncertain clock");
    if (place->quote.source == model::MarketSource::None || place->quote.bid.is_zero() ||
        place->quote.ask.is_zero() || place->quote.age > policy_.price_age_max) {
        told("I14", "an entry was accepted on a stale or missing price");
    }
    if (!takes_entries(projection_.operating.mode))
        told("I9", "an entry was accepted in a mode that refuses entries");
    if (!reconciled_.contains(order.account))
        told("I11", "an entry was accepted for an unreconciled account");
    if (record.input.storage != model::StorageState::Normal)
        told("I9", "an entry was accepted using the disk reserve");
    const auto* account = projection_.find(order.account);
    if (account != nullptr && account->state == model::AccountState::Frozen) {
        told("I13", "an entry was accepted for a frozen account");
    }
}

void JournalChecker::check_exit(const model::Record& record) {
    const auto& body = record.input.body;
    const model::Order* made = order_made(record);
    const bool refused =
        made != nullptr && made->state == OrderState::Refused && is_temporary_refusal(made->reason);
    if (std::holds_alternative<model::ClosePosition>(body) && refused) {
        violations_.add("I9", "an entry check refused to close a position at " + place_of(record));
    }
    if (const auto* place = std::get_if<model::PlaceOrder>(&body); place != nullptr && refused) {
        if (projection_.is_exit(*made))
            violations_.add("I9", "an entry check refused an exit at " + place_of(record));
    }
    if (const auto* cancel = std::get_if<model::CancelOrder>(&body)) {
        for (const auto& change : record.outcome.changes) {
            const auto* key = std::get_if<model::KeyEntry>(&change);
            if (key != nullptr && key->key == cancel->origin.key && key->status == 503) {
                violations_.add("I9", "an entry check refused a cancel at " + place_of(record));
            }
        }
    }
}

}  // namespace botcore::sim::checkers
