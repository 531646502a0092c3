#include "runtime/verify.hpp"

#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"

#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace botcore::runtime {

using model::Money;
using model::Quantity;

namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kFindingsMax = 100;

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

/// What the journal says the rows must be.
class Fold {
public:
    explicit Fold(VerifyReport& report) : report_(report) {}

    void add(const ports::JournalEntry& entry);
    [[nodiscard]] ports::RowVisitor comparison();
    /// Rows that the journal knows and the tables do not.
    void report_missing();

    void find(model::Sequence sequence, std::string text) {
        ++report_.findings_count;
        if (report_.findings.size() < kFindingsMax) {
            report_.findings.push_back({sequence, std::move(text)});
        }
    }

private:
    void check_chain(const ports::JournalEntry& entry, const model::Record& record);
    void add_postings(const model::Record& record);
    void add_change(const model::Record& record, const model::Change& change);

    template <class Index, class Key, class Row>
    void compare(Index& index, const Key& key, const Row& row, const std::string& name) {
        const auto place = index.find(key);
        if (place == index.end()) {
            find(0, name + " is in its table, but no record made it");
            return;
        }
        if (place->second != image_of(row)) {
            find(0, name + " differs from the image in its last record");
        }
        index.erase(place);
    }

    VerifyReport& report_;
    model::Head last_;
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
};

void Fold::check_chain(const ports::JournalEntry& entry, const model::Record& record) {
    if (entry.sequence != last_.sequence + 1 || record.sequence != entry.sequence) {
        find(entry.sequence,
             "expected record " + std::to_string(last_.sequence + 1) + ", found one stored as " +
                 std::to_string(entry.sequence) + " that says " + std::to_string(record.sequence));
    }
    if (protocol::hash_of(entry.bytes) != entry.hash) {
        find(entry.sequence, "the record's bytes do not have the hash stored beside them");
    }
    if (record.prior_hash != last_.hash) {
        find(entry.sequence, "the record does not continue the chain of the record before");
    }
    if (record.epoch < last_.epoch || record.epoch != entry.epoch) {
        find(entry.sequence, "the epoch went back");
    }
    if (record.input.time < last_.time || record.input.time != entry.time) {
        find(entry.sequence, "journal time went back");
    }
    last_ = {entry.sequence, entry.hash, record.epoch, record.input.time};
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
            find(record.sequence,
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
            find(record.sequence,
                 "trade " + std::to_string(fill->trade.id) + " of " + fill->account.text() +
                     " is booked a second time");
        }
        filled_[fill->order_number] += fill->trade.quantity;
        sizes_[{fill->account, fill->instrument}] +=
            fill->side == model::Side::Buy ? fill->trade.quantity : -fill->trade.quantity;
    } else if (const auto* position = std::get_if<model::Position>(&change)) {
        positions_[{position->account, position->instrument}] = image_of(*position);
        // A reset drops positions without trades.
        if (std::holds_alternative<model::ResetAccount>(record.input.body)) {
            sizes_[{position->account, position->instrument}] = Quantity();
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
        find(entry.sequence, "the record cannot be read: damaged, or of a later version");
        last_ = {entry.sequence, entry.hash, entry.epoch, entry.time};
        return;
    }
    const model::Record& record = decoded.value();
    check_chain(entry, record);
    add_postings(record);
    for (const auto& change : record.outcome.changes)
        add_change(record, change);
}

ports::RowVisitor Fold::comparison() {
    ports::RowVisitor visitor;
    visitor.account = [this](const model::Account& row) {
        compare(accounts_, row.id, row, "account " + row.id.text());
    };
    visitor.instrument = [this](const model::Instrument& row) {
        compare(instruments_, row.id, row, "instrument " + row.id.symbol.text());
    };
    visitor.order = [this](const model::Order& row) {
        ++report_.orders;
        compare(orders_, row.number, row, "order " + row.id.text());
        const auto filled = filled_.find(row.number);
        if ((filled == filled_.end() ? Quantity() : filled->second) != row.filled) {
            find(0,
                 "order " + row.id.text() + " is filled by " + to_text(row.filled) +
                     ", which is not the sum of its fills");
        }
    };
    visitor.fill = [this](const model::Fill& row) {
        ++report_.fills;
        compare(fills_,
                FillKey{row.account, row.instrument, row.trade.id},
                row,
                "fill of trade " + std::to_string(row.trade.id));
    };
    visitor.position = [this](const model::Position& row) {
        const PositionKey key{row.account, row.instrument};
        const std::string name =
            "position " + row.account.text() + " " + row.instrument.symbol.text();
        compare(positions_, key, row, name);
        if (sizes_[key] != row.quantity) {
            find(0,
                 name + " is " + to_text(row.quantity) + ", its fills sum to " +
                     to_text(sizes_[key]));
        }
    };
    visitor.balance = [this](const model::Balance& row) {
        for (std::size_t book = 0; book < model::kBookCount; ++book) {
            const BookKey key{row.account, row.asset, book};
            const Money expected = books_[key];
            if (expected != row.books.at(book)) {
                find(0,
                     "balance " + row.account.text() + " " + row.asset.text() + " " +
                         std::string(to_text(static_cast<model::Book>(book))) + " is " +
                         to_text(row.books.at(book)) + ", its postings sum to " +
                         to_text(expected));
            }
            books_.erase(key);
        }
    };
    visitor.risk = [this](const model::RiskState& row) {
        compare(risks_, row.account, row, "risk of " + row.account.text());
    };
    visitor.operating = [this](const model::OperatingState& row) {
        compare(operating_, 0, row, "operating mode");
    };
    visitor.window = [this](const model::MaintenanceWindow& row) {
        compare(windows_, row.id, row, "maintenance window " + std::to_string(row.id));
    };
    visitor.key = [this](const ports::KeyRow& row) {
        ++report_.keys;
        const std::string name = "idempotency key " + row.entry.key.text();
        compare(keys_, KeyKey{row.entry.owner, row.entry.key}, row.entry, name);
        if ((row.entry.state == model::KeyState::Done) == row.body.empty()) {
            find(0,
                 name + (row.body.empty() ? " is answered, but its reply is missing"
                                          : " has a reply, but is not answered"));
        }
    };
    return visitor;
}

void Fold::report_missing() {
    for (const auto& [id, image] : accounts_)
        find(0, "account " + id.text() + " is missing");
    for (const auto& [id, image] : instruments_) {
        find(0, "instrument " + id.symbol.text() + " is missing");
    }
    for (const auto& [number, image] : orders_) {
        find(0, "order number " + std::to_string(number) + " is missing");
    }
    for (const auto& [key, image] : fills_) {
        find(0, "the fill of trade " + std::to_string(std::get<2>(key)) + " is missing");
    }
    for (const auto& [key, image] : positions_) {
        find(0, "position " + key.first.text() + " " + key.second.symbol.text() + " is missing");
    }
    for (const auto& [key, image] : keys_) {
        find(0, "idempotency key " + key.second.text() + " is missing");
    }
    for (const auto& [account, image] : risks_)
        find(0, "risk of " + account.text() + " is missing");
    if (!operating_.empty()) find(0, "operating mode is missing");
    for (const auto& [id, image] : windows_) {
        find(0, "maintenance window " + std::to_string(id) + " is missing");
    }
    for (const auto& [key, sum] : books_) {
        if (!sum.is_zero()) {
            find(0,
                 "balance " + std::get<0>(key).text() + " " + std::get<1>(key).text() +
                     " is missing");
        }
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
        const auto page = TRY(reader.journal(next, kPage));
        if (page.empty()) break;
        for (const auto& entry : page)
            fold.add(entry);
        next = page.back().sequence + 1;
        hash = page.back().hash;
        if (progress) progress(next - 1, report.head.sequence);
    }
    if (next != report.head.sequence + 1 || hash != report.head.hash) {
        fold.find(
            next,
            "the journal does not end at the head, record " + std::to_string(report.head.sequence));
    }
    (void)TRY(reader.visit_rows(fold.comparison()));
    fold.report_missing();
    return report;
}

}  // namespace

ports::StoreResult<VerifyReport> verify(ports::StoreReader& reader,
                                        const VerifyProgress& progress) {
    (void)TRY(reader.begin_snapshot());
    auto report = verify_snapshot(reader, progress);
    reader.end_snapshot();
    return report;
}

}  // namespace botcore::runtime
