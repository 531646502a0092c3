#include "apps/botctl/store_summary.hpp"

#include "apps/botctl/confirmation.hpp"
#include "base/time_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <memory>

namespace botcore::botctl {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

base::Failure<std::string> unreadable(const fs::path& store, const ports::StoreError& error) {
    const bool away = error == ports::StoreError::Unavailable;
    return {store.string() + (away ? " cannot be read now" : " is damaged")};
}

std::string entry_price_of(const model::Position& position) {
    const auto price = model::average_price(magnitude(position.cost), magnitude(position.quantity));
    return price ? to_text(price.value()) : "?";
}

std::string to_text(const model::Position& position) {
    const bool is_short = position.quantity < model::Quantity();
    return std::string(position.account.text()) + " " +
           std::string(position.instrument.symbol.text()) + (is_short ? " SHORT " : " LONG ") +
           to_text(magnitude(position.quantity)) + " at " + entry_price_of(position);
}

std::string to_text(const model::Fill& fill) {
    return "trade " + std::to_string(fill.trade.id) + " of " + base::to_iso8601(fill.trade.time) +
           ": " + std::string(fill.account.text()) + " " + std::string(to_text(fill.side)) + " " +
           to_text(fill.trade.quantity) + " " + std::string(fill.instrument.symbol.text()) +
           " at " + to_text(fill.trade.price) + ", order " + std::string(fill.order_id.text());
}

base::Result<ports::JournalEntry, std::string> entry_at(ports::StoreReader& reader,
                                                        const fs::path& store,
                                                        model::Sequence sequence) {
    auto read = reader.journal(sequence, 1);
    if (!read) return unreadable(store, read.error());
    auto entries = std::move(read).value();
    if (entries.empty() || entries.front().sequence != sequence) {
        return base::Failure{store.string() + " has no record " + std::to_string(sequence)};
    }
    return std::move(entries.front());
}

struct Place {
    const fs::path& path;
    ports::StoreReader& reader;
};

/// Finds the last record that both have with a binary search, which is correct because hashes are
/// chained.
base::Result<model::Sequence, std::string> last_common(const Place& here,
                                                       const Place& there,
                                                       model::Sequence most) {
    model::Sequence low = 0;  // Known to be in both.
    model::Sequence high = most + 1;
    while (high - low > 1) {
        const model::Sequence middle = low + (high - low) / 2;
        const auto one = TRY(entry_at(here.reader, here.path, middle));
        const auto other = TRY(entry_at(there.reader, there.path, middle));
        (one.hash == other.hash ? low : high) = middle;
    }
    return low;
}

}  // namespace

base::Result<StoreSummary, std::string> summarize_store(ports::StoreBackup& stores,
                                                        const fs::path& store) {
    const auto reader = TRY(stores.open_reader(store));
    StoreSummary picture;
    const ports::RowVisitor visitor([&](const model::Fill&) { ++picture.trades; },
                                    [&](const model::Position& position) {
                                        if (!position.quantity.is_zero())
                                            picture.positions.push_back(position);
                                    });
    if (const auto begun = reader->begin_snapshot(); !begun) {
        return unreadable(store, begun.error());
    }
    const auto head = reader->head();
    const auto visited = reader->visit_rows(visitor);
    reader->end_snapshot();
    if (!head) return unreadable(store, head.error());
    if (!visited) return unreadable(store, visited.error());
    picture.head = head.value();
    return picture;
}

json::object to_json(const StoreSummary& picture) {
    json::object data;
    data["sequence"] = picture.head.sequence;
    data["time"] = base::to_iso8601(picture.head.time);
    data["trades"] = picture.trades;
    json::array positions;
    for (const auto& position : picture.positions) {
        json::object item;
        item["account"] = std::string(position.account.text());
        item["symbol"] = std::string(position.instrument.symbol.text());
        item["quantity"] = to_text(position.quantity);
        item["entry_price"] = entry_price_of(position);
        positions.push_back(std::move(item));
    }
    data["positions"] = std::move(positions);
    return data;
}

std::string to_text(const StoreSummary& picture) {
    std::string text = std::to_string(picture.head.sequence) + " records";
    if (picture.head.sequence > 0) text += " until " + base::to_iso8601(picture.head.time);
    text += ", " + std::to_string(picture.trades) + " trades, ";
    if (picture.positions.empty()) return text + "no open position";
    std::string list;
    for (const auto& position : picture.positions) {
        if (!list.empty()) list += "; ";
        list += to_text(position);
    }
    return text + "open positions: " + list;
}

base::Result<Loss, std::string> loss_between(ports::StoreBackup& stores,
                                             const fs::path& here,
                                             const fs::path& there) {
    const auto ours = TRY(stores.open_reader(here));
    const auto theirs = TRY(stores.open_reader(there));
    const auto head = ours->head();
    const auto other = theirs->head();
    if (!head) return unreadable(here, head.error());
    if (!other) return unreadable(there, other.error());
    const auto most = std::min(head.value().sequence, other.value().sequence);
    const model::Sequence common = TRY(last_common({here, *ours}, {there, *theirs}, most));
    Loss loss;
    if (head.value().sequence <= common) return loss;
    loss.first = common + 1;
    loss.last = head.value().sequence;
    loss.since = TRY(entry_at(*ours, here, loss.first)).time;
    loss.until = head.value().time;
    const ports::RowVisitor visitor([&](const model::Fill& fill) {
        if (fill.sequence <= common || fill.sequence > loss.last) return;
        ++loss.trades;
        if (loss.named.size() < kNamedMax) loss.named.push_back(to_text(fill));
    });
    if (const auto visited = ours->visit_rows(visitor); !visited) {
        return unreadable(here, visited.error());
    }
    return loss;
}

json::object to_json(const Loss& loss) {
    json::object data;
    data["records"] = loss.records();
    data["first"] = loss.first;
    data["last"] = loss.last;
    data["trades"] = loss.trades;
    return data;
}

std::vector<std::string> to_lines(const Loss& loss) {
    if (loss.first == 0) return {};
    std::vector<std::string> lines{
        std::to_string(loss.records()) +
        " records of the local store would be left behind: " + std::to_string(loss.first) + " of " +
        base::to_iso8601(loss.since) + " to " + std::to_string(loss.last) + " of " +
        base::to_iso8601(loss.until) + ", with " + std::to_string(loss.trades) + " trades"};
    for (const auto& trade : loss.named)
        lines.push_back("  " + trade);
    if (loss.trades > loss.named.size()) {
        lines.push_back("  and " + std::to_string(loss.trades - loss.named.size()) +
                        " more trades");
    }
    return lines;
}

}  // namespace botcore::botctl
