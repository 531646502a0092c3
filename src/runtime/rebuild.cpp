#include "runtime/rebuild.hpp"

#include "protocol/binary_codec.hpp"
#include "protocol/journal.hpp"
#include "runtime/chain.hpp"

#include <array>
#include <set>
#include <vector>

namespace botcore::runtime {

namespace {

/// The maximum number of records in one commit. It is large, so that the store's fixed cost per
/// commit is negligible.
constexpr std::size_t kBatchMax = 2'000;
constexpr std::size_t kPage = 1'000;

base::Failure<RebuildError> failure(RebuildError::Kind kind,
                                    model::Sequence sequence,
                                    std::string text) {
    return base::Failure{RebuildError{kind, sequence, std::move(text)}};
}

}  // namespace

base::Outcome<RebuildError> Rebuild::begin() {
    const auto snapshot = into_.load();
    if (!snapshot) {
        return failure(RebuildError::Kind::Store, 0, "the rebuilt store cannot be read");
    }
    committed_ = snapshot.value().head;
    head_ = committed_;
    balances_.clear();
    for (const auto& row : snapshot.value().balances)
        balances_[{row.account, row.asset}] = row;
    batch_.begin(committed_, committed_.epoch);
    return base::Done{};
}

base::Outcome<RebuildError> Rebuild::check(const ports::JournalEntry& entry,
                                           const model::Record& record) const {
    using Kind = RebuildError::Kind;
    for (const ChainBreak found : chain_breaks(head_, entry, record)) {
        switch (found) {
            case ChainBreak::SequenceGap:
                return failure(Kind::SequenceGap,
                               entry.sequence,
                               "expected record " + std::to_string(head_.sequence + 1) + ", came " +
                                   std::to_string(record.sequence));
            case ChainBreak::ContentHashMismatch:
                return failure(Kind::HashMismatch,
                               entry.sequence,
                               "the bytes do not have the hash that is stored beside them");
            case ChainBreak::PreviousHashMismatch:
            case ChainBreak::EpochBack:
                return failure(Kind::ChainBroken,
                               entry.sequence,
                               "it does not continue the chain of the record before");
            case ChainBreak::TimeBack:
                break;  // Rows do not depend on the time; `verify` reports the error.
        }
    }
    return base::Done{};
}

void Rebuild::add_postings(const model::Record& record) {
    std::set<std::pair<model::AccountId, model::Asset>> touched;
    for (const auto& posting : record.outcome.postings) {
        auto& balance = balances_[{posting.account, posting.asset}];
        balance.account = posting.account;
        balance.asset = posting.asset;
        balance.of(posting.book) += posting.amount;
        // The version is counted as in the engine: it grows by one with each record that touches
        // the balance.
        if (touched.emplace(posting.account, posting.asset).second) balance.version += 1;
    }
}

base::Outcome<RebuildError> Rebuild::add_replies(const model::Record& record,
                                                 const ReplyOf& reply_of) {
    for (const auto& change : record.outcome.changes) {
        const auto* key = std::get_if<model::KeyEntry>(&change);
        if (key == nullptr || key->state != model::KeyState::Done) continue;
        auto body = reply_of(*key);
        if (!body) {  // A body that was removed when its retention ended is empty, not missing.
            return failure(RebuildError::Kind::ReplyMissing,
                           record.sequence,
                           "the reply under key " + key->key.text() + " is missing");
        }
        batch_.set_reply({key->owner, key->key}, *std::move(body));
    }
    return base::Done{};
}

base::Outcome<RebuildError> Rebuild::add(ports::JournalEntry entry, const ReplyOf& reply_of) {
    const auto decoded = protocol::decode_record(entry.bytes);
    if (!decoded) {
        return failure(RebuildError::Kind::Unreadable,
                       entry.sequence,
                       "the record cannot be read: damaged, or of a later version");
    }
    const model::Record& record = decoded.value();
    (void)TRY(check(entry, record));
    // A batch belongs to one term.
    if (entry.epoch != head_.epoch || batch_.size() >= kBatchMax) {
        (void)TRY(commit());
        batch_.begin(committed_, entry.epoch);
    }
    head_ = {entry.sequence, entry.hash, entry.epoch, entry.time};
    batch_.add(std::move(entry), record);
    add_postings(record);
    return add_replies(record, reply_of);
}

base::Outcome<RebuildError> Rebuild::commit() {
    if (batch_.empty()) return base::Done{};
    const auto& batch = batch_.finish(
        [this](const model::AccountId& account, const model::Asset& asset) -> const auto& {
            return balances_.at({account, asset});
        });
    if (into_.commit_now(batch) != ports::CommitResult::Committed) {
        return failure(RebuildError::Kind::Store,
                       batch.entries.front().sequence,
                       "the rebuilt store accepted no record; is the disk full?");
    }
    committed_ = batch.head();
    return base::Done{};
}

base::Outcome<RebuildError> Rebuild::finish() {
    (void)TRY(commit());
    batch_.begin(committed_, committed_.epoch);
    return base::Done{};
}

namespace {

base::Result<model::Head, RebuildError> rebuild_snapshot(ports::StoreReader& from,
                                                         ports::Store& into,
                                                         model::Sequence last,
                                                         const RebuildProgress& progress) {
    const auto unreadable = [](model::Sequence at) {
        return failure(RebuildError::Kind::Store, at, "the journal cannot be read");
    };
    Rebuild work(into);
    (void)TRY(work.begin());
    const ReplyOf reply_of = [&](const model::KeyEntry& entry) -> std::optional<std::string> {
        const auto row = from.find_key(entry.owner, entry.key);
        if (!row || !row.value()) return std::nullopt;
        return row.value()->body;
    };
    while (work.head().sequence < last) {
        const model::Sequence next = work.head().sequence + 1;
        const std::size_t limit = std::min<std::uint64_t>(kPage, last - next + 1);
        auto page = from.journal(next, limit);
        if (!page) return unreadable(next);
        std::vector<ports::JournalEntry> entries = std::move(page).value();
        if (entries.empty()) {
            return failure(
                RebuildError::Kind::SequenceGap, next, "the journal ends before this record");
        }
        for (auto& entry : entries)
            (void)TRY(work.add(std::move(entry), reply_of));
        if (progress) progress(work.head().sequence, last);
    }
    (void)TRY(work.finish());
    return work.head();
}

/// A sum of row hashes, so that the order of the rows does not matter.
class RowSum {
public:
    void add(std::string_view bytes) {
        const model::Hash hash = protocol::hash_of(bytes);
        for (std::size_t i = 0; i < hash.size(); ++i)
            sums_.at(i / 8) += std::uint64_t{hash.at(i)} << (8 * (i % 8));
        ++count_;
    }

    [[nodiscard]] std::string text() const {
        std::string text = std::to_string(count_);
        for (const std::uint64_t sum : sums_)
            text += ":" + std::to_string(sum);
        return text;
    }

private:
    std::array<std::uint64_t, 4> sums_{};
    std::uint64_t count_ = 0;
};

template <class Row>
std::string bytes_of(const Row& row) {
    std::string bytes;
    protocol::BinaryWriter(bytes).write(row);
    return bytes;
}

std::string bytes_of(const ports::KeyRow& row) {
    return bytes_of(row.entry) + row.body;
}

std::string bytes_of(const model::Balance& row) {
    std::string text =
        row.account.text() + "/" + row.asset.text() + "/" + std::to_string(row.version);
    for (const auto& book : row.books)
        text += "/" + to_text(book);
    return text;
}

ports::StoreResult<std::string> hash_of_snapshot(ports::StoreReader& reader) {
    const model::Head head = TRY(reader.head());
    std::array<RowSum, model::RowKinds::kSize> sums;
    const ports::RowVisitor visitor([&](const auto& row) {
        using Row = std::remove_cvref_t<decltype(ports::row_of(row))>;
        sums.at(model::RowKinds::kIndex<Row>).add(bytes_of(row));
    });
    (void)TRY(reader.visit_rows(visitor));
    std::string all = std::to_string(head.sequence) + " " + protocol::to_hex(head.hash);
    for (const RowSum& sum : sums)
        all += " " + sum.text();
    return protocol::to_hex(protocol::hash_of(all));
}

}  // namespace

base::Result<model::Head, RebuildError> replay_journal(ports::StoreReader& from,
                                                       ports::Store& into,
                                                       model::Sequence last,
                                                       const RebuildProgress& progress) {
    if (!from.begin_snapshot()) {
        return failure(RebuildError::Kind::Store, 0, "the journal cannot be read");
    }
    auto result = rebuild_snapshot(from, into, last, progress);
    from.end_snapshot();
    return result;
}

ports::StoreResult<std::string> state_hash(ports::StoreReader& reader) {
    (void)TRY(reader.begin_snapshot());
    auto hash = hash_of_snapshot(reader);
    reader.end_snapshot();
    return hash;
}

}  // namespace botcore::runtime
