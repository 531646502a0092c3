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

using PositionKey = model::KeyOf<model::Position>;
using BookKey = std::tuple<model::AccountId, model::Asset, std::size_t>;

/// The name of a row in the texts of findings.
template <class Row>
std::string name_of(const model::KeyOf<Row>& key) {
    if constexpr (std::is_same_v<Row, model::Account>) {
        return "account " + key.text();
    } else if constexpr (std::is_same_v<Row, model::Instrument>) {
        return "instrument " + key.symbol.text();
    } else if constexpr (std::is_same_v<Row, model::Order>) {
        return "order number " + std::to_string(key);
    } else if constexpr (std::is_same_v<Row, model::Fill>) {
        return "the fill of trade " + std::to_string(std::get<2>(key));
    } else if constexpr (std::is_same_v<Row, model::Position>) {
        return "position " + key.first.text() + " " + key.second.symbol.text();
    } else if constexpr (std::is_same_v<Row, model::Balance>) {
        return "balance " + key.first.text() + " " + key.second.text();
    } else if constexpr (std::is_same_v<Row, model::KeyEntry>) {
        return "idempotency key " + key.second.text();
    } else if constexpr (std::is_same_v<Row, model::RiskState>) {
        return "risk of " + key.text();
    } else if constexpr (std::is_same_v<Row, model::OperatingState>) {
        return "operating mode";
    } else {
        static_assert(std::is_same_v<Row, model::MaintenanceWindow>, "The kind has no name.");
        return "maintenance window " + std::to_string(key);
    }
}

template <class Row>
std::string name_of(const Row& row) {
    return name_of<Row>(key_of(row));
}

/// The account whose money is in doubt if the row with this key is missing.
template <class Row>
std::optional<model::AccountId> account_without(const model::KeyOf<Row>& key) {
    if constexpr (std::is_same_v<Row, model::Fill> || std::is_same_v<Row, model::Position>) {
        return std::get<0>(key);
    } else if constexpr (std::is_same_v<Row, model::RiskState>) {
        return key;
    } else {
        return std::nullopt;
    }
}

/// The rows that the journal implies.
class Fold {
public:
    explicit Fold(VerifyReport& report) : report_(report) {}

    void add(const ports::JournalEntry& entry);

    /// Compares the row of a table with the journal.
    template <class Row>
    void check(const Row& row) {
        compare(row, {name_of(row)});
    }

    void check(const model::Account& row);
    void check(const model::Instrument& row);
    void check(const model::Order& row);
    void check(const model::Fill& row);
    void check(const model::Position& row);
    void check(const model::Balance& row);
    void check(const ports::KeyRow& row);
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

    template <class Row>
    void add_row(const model::Record&, const Row& row) {
        images_.of<Row>()[key_of(row)] = image_of(row);
    }

    void add_row(const model::Record& record, const model::Fill& fill);
    void add_row(const model::Record& record, const model::Position& position);
    void note_hour(const model::Record& record);
    [[nodiscard]] bool reply_may_have_expired(const ports::KeyRow& row) const;
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
    template <class Row>
    void compare(const Row& row, const Subject& subject) {
        auto& index = images_.of<Row>();
        const auto place = index.find(key_of(row));
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

    template <class Row>
    using Images = std::map<model::KeyOf<Row>, model::Hash>;

    VerifyReport& report_;
    model::Head last_;
    /// On the journal's monotonic scale: the newest record's time, and the first record of each
    /// hour.
    model::Timestamp newest_;
    std::vector<std::pair<model::Sequence, model::Timestamp>> hours_;
    model::PerRowKind<Images> images_;  ///< Of the rows that were not compared yet.
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

void Fold::add_row(const model::Record& record, const model::Fill& fill) {
    if (!images_.of<model::Fill>().emplace(key_of(fill), image_of(fill)).second) {
        find(FindingKind::DuplicateTrade,
             record.sequence,
             "trade " + std::to_string(fill.trade.id) + " of " + fill.account.text() +
                 " is booked a second time",
             fill.account);
    }
    filled_[fill.order_number] += fill.trade.quantity;
    sizes_[{fill.account, fill.instrument}] +=
        fill.side == model::Side::Buy ? fill.trade.quantity : -fill.trade.quantity;
}

void Fold::add_row(const model::Record& record, const model::Position& position) {
    images_.of<model::Position>()[key_of(position)] = image_of(position);
    // A reset drops positions without trades, and an adopted position has none either.
    const auto& body = record.input.body;
    const bool adopted = std::holds_alternative<model::AdoptBooks>(body);
    if (adopted || std::holds_alternative<model::ResetAccount>(body)) {
        sizes_[key_of(position)] = adopted ? position.quantity : Quantity();
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
        std::visit([&](const auto& row) { add_row(record, row); }, change);
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

void Fold::check(const model::Account& row) {
    account_rows_.insert(row.id);
    compare(row, {name_of(row), FindingKind::RowWithoutRecord, row.id});
}

void Fold::check(const model::Instrument& row) {
    instrument_rows_.insert(row.id);
    compare(row, {name_of(row)});
}

void Fold::check(const model::Order& row) {
    ++report_.orders;
    order_rows_.insert(row.number);
    const std::string name = "order " + row.id.text();
    compare(row, {name, FindingKind::RowWithoutRecord, row.account});
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

void Fold::check(const model::Fill& row) {
    ++report_.fills;
    const std::string name = "fill of trade " + std::to_string(row.trade.id);
    compare(row, {name, FindingKind::TradeWithoutRecord, row.account});
    check_references(name, row.account, &row.instrument);
    if (!order_rows_.contains(row.order_number)) {
        find(FindingKind::BrokenReference,
             0,
             name + " is of order number " + std::to_string(row.order_number) +
                 ", which does not exist",
             row.account);
    }
}

void Fold::check(const model::Position& row) {
    const PositionKey key = key_of(row);
    const std::string name = name_of(row);
    compare(row, {name, FindingKind::OrphanPosition, row.account});
    check_references(name, row.account, &row.instrument);
    if (sizes_[key] != row.quantity) {
        find(FindingKind::PositionMismatch,
             0,
             name + " is " + to_text(row.quantity) + ", its fills sum to " + to_text(sizes_[key]),
             row.account);
    }
}

void Fold::check(const model::Balance& row) {
    const std::string name = name_of(row);
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

void Fold::check(const ports::KeyRow& row) {
    ++report_.keys;
    const std::string name = name_of(row.entry);
    compare(row.entry, {name});
    const bool answered = row.entry.state == model::KeyState::Done;
    if (answered && row.body.empty() && reply_may_have_expired(row)) return;
    if (answered == row.body.empty()) {
        find(FindingKind::ReplyMissing,
             0,
             name + (row.body.empty() ? " is answered, but its reply is missing"
                                      : " has a reply, but is not answered"));
    }
}

void Fold::report_missing() {
    const auto missing = [this](const std::string& name, std::optional<model::AccountId> account) {
        find(FindingKind::RowMissing, 0, name + " is missing", std::move(account));
    };
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        for (const auto& [key, image] : images_.of<Row>())
            missing(name_of<Row>(key), account_without<Row>(key));
    });
    for (const auto& [key, sum] : books_) {
        if (sum.is_zero()) continue;
        const auto& [account, asset, book] = key;
        missing(name_of<model::Balance>({account, asset}), account);
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
    (void)TRY(reader.visit_rows(ports::RowVisitor([&fold](const auto& row) { fold.check(row); })));
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
