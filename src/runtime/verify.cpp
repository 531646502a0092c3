#include "runtime/verify.hpp"

#include "core/orders/find_order.hpp"
#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"
#include "runtime/chain.hpp"
#include "runtime/reply_retention.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace botcore::runtime {

using model::Money;
using model::Quantity;

namespace {

constexpr std::size_t kEntriesPerRead = 1'000;
constexpr std::size_t kFindingsMax = 100;

constexpr std::string_view kRestore =
    "the journal is damaged: stop the daemon and keep the file; botctl restore --dry-run says what "
    "the archive brings back and how many newer records it leaves behind, and botctl restore puts "
    "it in place; then reconcile";
constexpr std::string_view kRebuild =
    "the journal is the truth: stop the daemon and rebuild the rows: botctl rebuild";
constexpr std::string_view kLook =
    "find out who wrote to the file beside the daemon; then botctl rebuild";

struct KindRow {
    FindingKind kind;
    std::string_view name;
    Severity severity;
    std::string_view action;
};

constexpr std::array kKinds{
    KindRow{FindingKind::RecordUnreadable, "record_unreadable", Severity::Critical, kRestore},
    KindRow{FindingKind::JournalGap, "journal_gap", Severity::Critical, kRestore},
    KindRow{FindingKind::HashMismatch, "hash_mismatch", Severity::Critical, kRestore},
    KindRow{FindingKind::ChainBroken, "chain_broken", Severity::Critical, kRestore},
    KindRow{FindingKind::TimeWentBack, "time_went_back", Severity::Critical, kRestore},
    KindRow{FindingKind::HeadMismatch, "head_mismatch", Severity::Critical, kRestore},
    KindRow{FindingKind::UnbalancedPostings, "unbalanced_postings", Severity::Critical, kRestore},
    KindRow{FindingKind::DuplicateTrade, "duplicate_trade", Severity::Critical, kRestore},
    KindRow{FindingKind::DuplicateOrder, "duplicate_order", Severity::Critical, kRebuild},
    KindRow{FindingKind::BalanceMismatch, "balance_mismatch", Severity::Critical, kRebuild},
    KindRow{FindingKind::ConservationBroken, "conservation_broken", Severity::Critical, kRebuild},
    KindRow{FindingKind::PositionMismatch, "position_mismatch", Severity::Critical, kRebuild},
    KindRow{FindingKind::FilledMismatch, "filled_mismatch", Severity::Critical, kRebuild},
    KindRow{FindingKind::ClosedWithoutExit, "closed_without_exit", Severity::Critical, kRebuild},
    KindRow{FindingKind::OrphanPosition, "orphan_position", Severity::Critical, kRebuild},
    KindRow{FindingKind::TradeWithoutRecord, "trade_without_record", Severity::Critical, kRebuild},
    KindRow{FindingKind::RowWithoutRecord, "row_without_record", Severity::Warning, kLook},
    KindRow{FindingKind::RowDiffers, "row_differs", Severity::Critical, kRebuild},
    KindRow{FindingKind::RowMissing, "row_missing", Severity::Critical, kRebuild},
    KindRow{FindingKind::BrokenReference, "broken_reference", Severity::Critical, kRebuild},
    KindRow{FindingKind::ReplyMissing, "reply_missing", Severity::Warning, kLook},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < kKinds.size(); ++i)
        if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
    return kKinds.size() == kFindingKinds;
}

static_assert(is_in_order());

const KindRow& row_of(FindingKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind));
}

template <class Row>
model::Hash image_of(const Row& row) {
    std::string bytes;
    protocol::BinaryWriter(bytes).write(row);
    return protocol::hash_of(bytes);
}

using PositionKey = std::pair<model::AccountId, model::InstrumentId>;
using FillKey = std::tuple<model::AccountId, model::InstrumentId, std::uint64_t>;
using KeyKey = std::pair<model::Owner, model::IdempotencyKey>;
using BookKey = std::tuple<model::AccountId, model::Asset, std::size_t>;

/// The rows that the journal implies.
class Fold {
public:
    explicit Fold(VerifyReport& report) : report_(report) {}

    void add(const ports::JournalEntry& entry);
    [[nodiscard]] ports::RowVisitor comparison();
    /// Reports rows that the journal implies but the tables do not contain.
    void report_missing();

    void find(FindingKind kind,
              model::Sequence sequence,
              std::string text,
              std::optional<model::AccountId> account = {}) {
        ++report_.findings_count;
        ++report_.by_kind.at(static_cast<std::size_t>(kind));
        if (report_.findings.size() < kFindingsMax) {
            report_.findings.push_back({kind, sequence, std::move(text), std::move(account)});
        }
    }

private:
    void check_chain(const ports::JournalEntry& entry, const model::Record& record);
    void add_postings(const model::Record& record);
    void add_change(const model::Record& record, const model::Change& change);

    void check_order(const model::Order& row);
    void check_fill(const model::Fill& row);
    void check_position(const model::Position& row);
    void check_balance(const model::Balance& row);
    void note_hour(const model::Record& record);
    [[nodiscard]] bool reply_may_have_expired(const ports::KeyRow& row) const;
    void check_key(const ports::KeyRow& row);
    void check_references(const std::string& name,
                          const model::AccountId& account,
                          const model::InstrumentId* instrument);

    /// The name of the row that is compared, and the kind of finding if no record created the row.
    struct Subject {
        std::string name;
        FindingKind orphan = FindingKind::RowWithoutRecord;
        std::optional<model::AccountId> account = {};
    };

    /// Compares the row with the image in its last record.
    template <class Index, class Key, class Row>
    void compare(Index& index, const Key& key, const Row& row, const Subject& subject) {
        const auto place = index.find(key);
        if (place == index.end()) {
            find(subject.orphan,
                 0,
                 subject.name + " is in its table, but no record made it",
                 subject.account);
            return;
        }
        if (place->second != image_of(row)) {
            find(FindingKind::RowDiffers,
                 0,
                 subject.name + " differs from the image in its last record",
                 subject.account);
        }
        index.erase(place);
    }

    VerifyReport& report_;
    model::Head last_;
    /// On the journal's monotonic scale: the newest record's time, and the first record of each
    /// hour.
    model::Timestamp newest_;
    std::vector<std::pair<model::Sequence, model::Timestamp>> hours_;
    std::map<model::AccountId, model::Hash> accounts_;
    std::map<model::InstrumentId, model::Hash> instruments_;
    std::map<model::OrderNumber, model::Hash> orders_;
    std::map<FillKey, model::Hash> fills_;
    std::map<PositionKey, model::Hash> positions_;
    std::map<KeyKey, model::Hash> keys_;
    std::map<model::AccountId, model::Hash> risks_;
    std::map<int, model::Hash> operating_;
    std::map<std::uint64_t, model::Hash> windows_;
    std::map<BookKey, Money> books_;
    std::map<model::OrderNumber, Quantity> filled_;
    std::map<PositionKey, Quantity> sizes_;
    // The rows read so far; accounts, instruments and orders are read before the rows that refer to
    // them.
    std::set<model::AccountId> account_rows_;
    std::set<model::InstrumentId> instrument_rows_;
    std::set<model::OrderNumber> order_rows_;
};

constexpr model::Duration kHour = model::Duration::seconds(3'600);

void Fold::check_chain(const ports::JournalEntry& entry, const model::Record& record) {
    for (const ChainBreak found : chain_breaks(last_, entry, record)) {
        switch (found) {
            case ChainBreak::SequenceGap:
                find(FindingKind::JournalGap,
                     entry.sequence,
                     "expected record " + std::to_string(last_.sequence + 1) +
                         ", found one stored as " + std::to_string(entry.sequence) + " that says " +
                         std::to_string(record.sequence));
                break;
            case ChainBreak::ContentHashMismatch:
                find(FindingKind::HashMismatch,
                     entry.sequence,
                     "the record's bytes do not have the hash stored beside them");
                break;
            case ChainBreak::PreviousHashMismatch:
                find(FindingKind::ChainBroken,
                     entry.sequence,
                     "the record does not continue the chain of the record before");
                break;
            case ChainBreak::EpochBack:
                find(FindingKind::TimeWentBack, entry.sequence, "the epoch went back");
                break;
            case ChainBreak::TimeBack:
                find(FindingKind::TimeWentBack, entry.sequence, "journal time went back");
                break;
        }
    }
    last_ = {entry.sequence, entry.hash, record.epoch, record.input.time};
    note_hour(record);
}

void Fold::add_postings(const model::Record& record) {
    std::map<model::Asset, Money> sums;
    for (const auto& posting : record.outcome.postings) {
        sums[posting.asset] += posting.amount;
        books_[{posting.account, posting.asset, static_cast<std::size_t>(posting.book)}] +=
            posting.amount;
    }
    for (const auto& [asset, sum] : sums) {
        if (!sum.is_zero()) {
            find(FindingKind::UnbalancedPostings,
                 record.sequence,
                 "the postings in " + asset.text() + " sum to " + to_text(sum) + ", not to zero");
        }
    }
}

void Fold::add_change(const model::Record& record, const model::Change& change) {
    if (const auto* order = std::get_if<model::Order>(&change)) {
        orders_[order->number] = image_of(*order);
    } else if (const auto* fill = std::get_if<model::Fill>(&change)) {
        const FillKey key{fill->account, fill->instrument, fill->trade.id};
        if (!fills_.emplace(key, image_of(*fill)).second) {
            find(FindingKind::DuplicateTrade,
                 record.sequence,
                 "trade " + std::to_string(fill->trade.id) + " of " + fill->account.text() +
                     " is booked a second time",
                 fill->account);
        }
        filled_[fill->order_number] += fill->trade.quantity;
        sizes_[{fill->account, fill->instrument}] +=
            fill->side == model::Side::Buy ? fill->trade.quantity : -fill->trade.quantity;
    } else if (const auto* position = std::get_if<model::Position>(&change)) {
        positions_[{position->account, position->instrument}] = image_of(*position);
        // A reset drops positions without trades, and an adopted position has none either.
        const auto& body = record.input.body;
        const bool adopted = std::holds_alternative<model::AdoptBooks>(body);
        if (adopted || std::holds_alternative<model::ResetAccount>(body)) {
            sizes_[{position->account, position->instrument}] =
                adopted ? position->quantity : Quantity();
        }
    } else if (const auto* key = std::get_if<model::KeyEntry>(&change)) {
        keys_[{key->owner, key->key}] = image_of(*key);
    } else if (const auto* account = std::get_if<model::Account>(&change)) {
        accounts_[account->id] = image_of(*account);
    } else if (const auto* instrument = std::get_if<model::Instrument>(&change)) {
        instruments_[instrument->id] = image_of(*instrument);
    } else if (const auto* risk = std::get_if<model::RiskState>(&change)) {
        risks_[risk->account] = image_of(*risk);
    } else if (const auto* operating = std::get_if<model::OperatingState>(&change)) {
        operating_[0] = image_of(*operating);
    } else if (const auto* window = std::get_if<model::MaintenanceWindow>(&change)) {
        windows_[window->id] = image_of(*window);
    }
}

void Fold::add(const ports::JournalEntry& entry) {
    ++report_.records;
    const auto decoded = protocol::decode_record(entry.bytes);
    if (!decoded) {
        find(FindingKind::RecordUnreadable,
             entry.sequence,
             "the record cannot be read: damaged, or of a later version");
        last_ = {entry.sequence, entry.hash, entry.epoch, entry.time};
        return;
    }
    const model::Record& record = decoded.value();
    check_chain(entry, record);
    add_postings(record);
    for (const auto& change : record.outcome.changes)
        add_change(record, change);
}

void Fold::check_references(const std::string& name,
                            const model::AccountId& account,
                            const model::InstrumentId* instrument) {
    if (!account_rows_.contains(account)) {
        find(FindingKind::BrokenReference,
             0,
             name + " belongs to account " + account.text() + ", which does not exist");
    }
    if (instrument != nullptr && !instrument_rows_.contains(*instrument)) {
        find(FindingKind::BrokenReference,
             0,
             name + " is of instrument " + instrument->symbol.text() + ", which does not exist",
             account);
    }
}

void Fold::check_order(const model::Order& row) {
    ++report_.orders;
    order_rows_.insert(row.number);
    const std::string name = "order " + row.id.text();
    compare(orders_, row.number, row, {name, FindingKind::RowWithoutRecord, row.account});
    check_references(name, row.account, &row.instrument);
    // An imported order has an id from the exchange.
    if (!is_imported(row.role) && core::number_of(row.id) != row.number) {
        find(FindingKind::DuplicateOrder,
             0,
             name + " stands in the row of order number " + std::to_string(row.number) +
                 ", which has another id",
             row.account);
    }
    const auto filled = filled_.find(row.number);
    if ((filled == filled_.end() ? Quantity() : filled->second) != row.filled) {
        find(FindingKind::FilledMismatch,
             0,
             name + " is filled by " + to_text(row.filled) + ", which is not the sum of its fills",
             row.account);
    }
    if (row.state == model::OrderState::Filled && row.filled_notional.is_zero()) {
        find(FindingKind::ClosedWithoutExit, 0, name + " is filled, but at no price", row.account);
    }
}

void Fold::check_fill(const model::Fill& row) {
    ++report_.fills;
    const std::string name = "fill of trade " + std::to_string(row.trade.id);
    compare(fills_,
            FillKey{row.account, row.instrument, row.trade.id},
            row,
            {name, FindingKind::TradeWithoutRecord, row.account});
    check_references(name, row.account, &row.instrument);
    if (!order_rows_.contains(row.order_number)) {
        find(FindingKind::BrokenReference,
             0,
             name + " is of order number " + std::to_string(row.order_number) +
                 ", which does not exist",
             row.account);
    }
}

void Fold::check_position(const model::Position& row) {
    const PositionKey key{row.account, row.instrument};
    const std::string name = "position " + row.account.text() + " " + row.instrument.symbol.text();
    compare(positions_, key, row, {name, FindingKind::OrphanPosition, row.account});
    check_references(name, row.account, &row.instrument);
    if (sizes_[key] != row.quantity) {
        find(FindingKind::PositionMismatch,
             0,
             name + " is " + to_text(row.quantity) + ", its fills sum to " + to_text(sizes_[key]),
             row.account);
    }
}

void Fold::check_balance(const model::Balance& row) {
    const std::string name = "balance " + row.account.text() + " " + row.asset.text();
    Money sum;
    for (std::size_t book = 0; book < model::kBookCount; ++book) {
        const BookKey key{row.account, row.asset, book};
        const Money expected = books_[key];
        sum += row.books.at(book);
        if (expected != row.books.at(book)) {
            find(FindingKind::BalanceMismatch,
                 0,
                 name + " " + std::string(to_text(static_cast<model::Book>(book))) + " is " +
                     to_text(row.books.at(book)) + ", its postings sum to " + to_text(expected),
                 row.account);
        }
        books_.erase(key);
    }
    if (!sum.is_zero()) {
        find(FindingKind::ConservationBroken,
             0,
             name + ": what the owner has and where it came from differ by " + to_text(sum),
             row.account);
    }
    check_references(name, row.account, nullptr);
}

void Fold::note_hour(const model::Record& record) {
    newest_ = record.input.monotonic_time;
    if (hours_.empty() || newest_ - hours_.back().second >= kHour)
        hours_.emplace_back(record.sequence, newest_);
}

/// The answer is accurate to the hour, since one record per hour is noted.
bool Fold::reply_may_have_expired(const ports::KeyRow& row) const {
    const auto after = std::upper_bound(
        hours_.begin(), hours_.end(), row.begins_with(), [](auto sequence, const auto& hour) {
            return sequence < hour.first;
        });
    return after != hours_.begin() && newest_ - std::prev(after)->second >= kReplyRetentionMin;
}

void Fold::check_key(const ports::KeyRow& row) {
    ++report_.keys;
    const std::string name = "idempotency key " + row.entry.key.text();
    compare(keys_, KeyKey{row.entry.owner, row.entry.key}, row.entry, {name});
    const bool answered = row.entry.state == model::KeyState::Done;
    if (answered && row.body.empty() && reply_may_have_expired(row)) return;
    if (answered == row.body.empty()) {
        find(FindingKind::ReplyMissing,
             0,
             name + (row.body.empty() ? " is answered, but its reply is missing"
                                      : " has a reply, but is not answered"));
    }
}

ports::RowVisitor Fold::comparison() {
    ports::RowVisitor visitor;
    visitor.account = [this](const model::Account& row) {
        account_rows_.insert(row.id);
        compare(accounts_,
                row.id,
                row,
                {"account " + row.id.text(), FindingKind::RowWithoutRecord, row.id});
    };
    visitor.instrument = [this](const model::Instrument& row) {
        instrument_rows_.insert(row.id);
        compare(instruments_, row.id, row, {"instrument " + row.id.symbol.text()});
    };
    visitor.order = [this](const model::Order& row) { check_order(row); };
    visitor.fill = [this](const model::Fill& row) { check_fill(row); };
    visitor.position = [this](const model::Position& row) { check_position(row); };
    visitor.balance = [this](const model::Balance& row) { check_balance(row); };
    visitor.risk = [this](const model::RiskState& row) {
        compare(risks_, row.account, row, {"risk of " + row.account.text()});
    };
    visitor.operating = [this](const model::OperatingState& row) {
        compare(operating_, 0, row, {"operating mode"});
    };
    visitor.window = [this](const model::MaintenanceWindow& row) {
        compare(windows_, row.id, row, {"maintenance window " + std::to_string(row.id)});
    };
    visitor.key = [this](const ports::KeyRow& row) { check_key(row); };
    return visitor;
}

void Fold::report_missing() {
    const auto missing = [this](std::string name, std::optional<model::AccountId> account = {}) {
        find(FindingKind::RowMissing, 0, std::move(name) + " is missing", std::move(account));
    };
    for (const auto& [id, image] : accounts_)
        missing("account " + id.text());
    for (const auto& [id, image] : instruments_)
        missing("instrument " + id.symbol.text());
    for (const auto& [number, image] : orders_)
        missing("order number " + std::to_string(number));
    for (const auto& [key, image] : fills_) {
        missing("the fill of trade " + std::to_string(std::get<2>(key)), std::get<0>(key));
    }
    for (const auto& [key, image] : positions_) {
        missing("position " + key.first.text() + " " + key.second.symbol.text(), key.first);
    }
    for (const auto& [key, image] : keys_)
        missing("idempotency key " + key.second.text());
    for (const auto& [account, image] : risks_)
        missing("risk of " + account.text(), account);
    if (!operating_.empty()) missing("operating mode");
    for (const auto& [id, image] : windows_)
        missing("maintenance window " + std::to_string(id));
    for (const auto& [key, sum] : books_) {
        if (sum.is_zero()) continue;
        const auto& [account, asset, book] = key;
        missing("balance " + account.text() + " " + asset.text(), account);
    }
}

ports::StoreResult<VerifyReport> verify_snapshot(ports::StoreReader& reader,
                                                 const VerifyProgress& progress) {
    VerifyReport report;
    Fold fold(report);
    report.head = TRY(reader.head());
    model::Sequence next = 1;
    model::Hash hash{};
    while (next <= report.head.sequence) {
        const auto page = TRY(reader.journal(next, kEntriesPerRead));
        if (page.empty()) break;
        for (const auto& entry : page)
            fold.add(entry);
        next = page.back().sequence + 1;
        hash = page.back().hash;
        if (progress) progress(next - 1, report.head.sequence);
    }
    if (next != report.head.sequence + 1 || hash != report.head.hash) {
        fold.find(
            FindingKind::HeadMismatch,
            next,
            "the journal does not end at the head, record " + std::to_string(report.head.sequence));
    }
    (void)TRY(reader.visit_rows(fold.comparison()));
    fold.report_missing();
    return report;
}

}  // namespace

std::string_view to_text(FindingKind kind) {
    return row_of(kind).name;
}

std::string_view to_text(Severity severity) {
    return severity == Severity::Critical ? "critical" : "warning";
}

Severity severity_of(FindingKind kind) {
    return row_of(kind).severity;
}

std::string_view action_of(FindingKind kind) {
    return row_of(kind).action;
}

ports::StoreResult<VerifyReport> verify(ports::StoreReader& reader,
                                        const VerifyProgress& progress) {
    (void)TRY(reader.begin_snapshot());
    auto report = verify_snapshot(reader, progress);
    reader.end_snapshot();
    return report;
}

}  // namespace botcore::runtime
