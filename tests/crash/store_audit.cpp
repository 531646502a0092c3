#include "tests/crash/store_audit.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "runtime/verify.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace botcore::crash {

namespace {

using model::Money;
using model::Quantity;

constexpr std::size_t kFindingsMax = 50;
/// The key prefix of the load client; keys of other callers are not audited for doubled orders.
constexpr std::string_view kLoadKeys = "mix-";

/// The stored rows, collected in one pass.
struct Rows {
    std::map<std::string, ports::KeyRow> keys;
    std::multimap<std::string, model::Order> orders_by_key;
    std::map<std::string, model::Order> orders_by_id;
    std::map<model::OrderNumber, Quantity> filled;
    std::map<std::tuple<std::string, std::string, std::uint64_t>, int> trades;
    std::map<std::pair<std::string, std::string>, Quantity> traded;  ///< By account and symbol.
    std::map<std::pair<std::string, std::string>, Money> fees;       ///< By account and asset.
    std::map<std::string, Money> sums;                               ///< Of all books, by asset.
    std::map<std::pair<std::string, std::string>, Money> owned;      ///< By account and asset.
    std::map<std::pair<std::string, std::string>, Quantity> positions;
    std::map<std::string, model::Market> markets;
    std::map<std::string, model::Asset> bases;  ///< By symbol.
};

Quantity with_sign(const model::Fill& fill) {
    return fill.side == model::Side::Buy ? fill.trade.quantity : Quantity() - fill.trade.quantity;
}

void take_fill(Rows& rows, const model::Fill& fill) {
    const std::string account = fill.account.text();
    const std::string symbol = fill.instrument.symbol.text();
    ++rows.trades[{account, symbol, fill.trade.id}];
    rows.filled[fill.order_number] += fill.trade.quantity;
    rows.traded[{account, symbol}] += with_sign(fill);
    rows.fees[{account, fill.trade.fee_asset.text()}] += fill.trade.fee;
}

ports::RowVisitor visitor_of(Rows& rows) {
    return ports::RowVisitor(
        [&](const model::Account& row) { rows.markets[row.id.text()] = row.market; },
        [&](const model::Instrument& row) { rows.bases[row.id.symbol.text()] = row.base; },
        [&](const model::Order& row) {
            rows.orders_by_key.emplace(row.key.text(), row);
            rows.orders_by_id.emplace(row.id.text(), row);
        },
        [&](const model::Fill& row) { take_fill(rows, row); },
        [&](const model::Position& row) {
            rows.positions[{row.account.text(), row.instrument.symbol.text()}] = row.quantity;
        },
        [&](const model::Balance& row) {
            for (const Money& book : row.books)
                rows.sums[row.asset.text()] += book;
            rows.owned[{row.account.text(), row.asset.text()}] = row.total();
        },
        [&](const ports::KeyRow& row) { rows.keys.emplace(row.entry.key.text(), row); });
}

std::string_view status_of(const model::Order& order) {
    using enum model::OrderState;
    switch (order.state) {
        case Filled:
            return "FILLED";
        case Canceled:
            return "CANCELED";
        case Expired:
            return "EXPIRED";
        case Rejected:
            return "REJECTED";
        case Refused:
            return "REFUSED";
        case Absent:
            return "ABSENT";
        case Intended:
        case Open:
        case Queued:
        case Unknown:
            break;
    }
    return "OPEN";
}

class Audit {
public:
    Audit(const Rows& rows, const TradeLog& log, AuditReport& report)
        : rows_(rows),
          log_(log),
          report_(report) {}

    void run() {
        std::set<std::string> sent;
        for (TradeLog::Id id = 0; id < log_.size(); ++id) {
            const CallRecord& record = log_.record(id);
            sent.insert(record.call.key);
            if (record.state == CallState::Answered) compare(record);
        }
        check_keys(sent);
        check_orders();
        check_sums();
    }

    void find(std::uint64_t& count, std::string text) {
        ++count;
        if (report_.findings.size() < kFindingsMax) report_.findings.push_back(std::move(text));
    }

private:
    void compare(const CallRecord& record) {
        ++report_.acknowledged;
        const std::string& key = record.call.key;
        const auto row = rows_.keys.find(key);
        if (row == rows_.keys.end()) {
            return find(report_.lost, "key " + key + " got a reply, but is not stored");
        }
        if (row->second.entry.status != record.status ||
            hash_of(row->second.body) != record.body_hash) {
            return find(report_.lost, "key " + key + " is stored with another reply");
        }
        if (record.order.empty()) return;
        const auto order = rows_.orders_by_id.find(record.order);
        if (order == rows_.orders_by_id.end()) {
            return find(report_.lost,
                        "order " + record.order + " was acknowledged, but is missing");
        }
        const bool ended = is_terminal(record.order_status);
        if (ended && status_of(order->second) != record.order_status) {
            find(report_.lost,
                 "order " + record.order + " was " + record.order_status + ", but is now " +
                     std::string(status_of(order->second)));
        }
        const auto seen = model::parse_amount<Quantity>(record.executed);
        if (seen && (order->second.filled < seen.value() ||
                     (ended && order->second.filled != seen.value()))) {
            find(report_.lost,
                 "order " + record.order + " had filled " + record.executed + ", now " +
                     to_text(order->second.filled));
        }
    }

    void check_keys(const std::set<std::string>& sent) {
        for (auto row = rows_.orders_by_key.begin(); row != rows_.orders_by_key.end();) {
            const std::string& key = row->first;
            if (!key.starts_with(kLoadKeys)) {
                ++row;
                continue;
            }
            const auto end = rows_.orders_by_key.upper_bound(key);
            if (std::distance(row, end) > 1) {
                find(report_.doubled, "key " + key + " has more than one order");
            }
            if (!sent.contains(key)) {
                find(report_.doubled, "an order under the key " + key + ", which was never sent");
            }
            row = end;
        }
        for (const auto& [trade, count] : rows_.trades) {
            if (count > 1) {
                find(report_.doubled,
                     "trade " + std::to_string(std::get<2>(trade)) + " of " + std::get<0>(trade) +
                         " counts " + std::to_string(count) + " times");
            }
        }
    }

    void check_orders() {
        for (const auto& [id, order] : rows_.orders_by_id) {
            const auto filled = rows_.filled.find(order.number);
            const Quantity sum = filled == rows_.filled.end() ? Quantity() : filled->second;
            if (sum != order.filled) {
                find(report_.wrong,
                     "order " + id + " filled " + to_text(order.filled) + ", its trades " +
                         to_text(sum));
            }
        }
    }

    void check_sums() {
        for (const auto& [asset, sum] : rows_.sums) {
            if (!sum.is_zero()) {
                find(report_.wrong, "all books of " + asset + " sum to " + to_text(sum));
            }
        }
        for (const auto& [place, quantity] : rows_.traded) {
            const auto& [account, symbol] = place;
            const Quantity held = rows_.markets.at(account) == model::Market::Futures
                                      ? position_of(place)
                                      : coins_of(account, symbol);
            if (held != quantity) {
                find(report_.wrong,
                     account + " traded " + to_text(quantity) + " of " + symbol + " and holds " +
                         to_text(held));
            }
        }
    }

    [[nodiscard]] Quantity position_of(const std::pair<std::string, std::string>& place) const {
        const auto row = rows_.positions.find(place);
        return row == rows_.positions.end() ? Quantity() : row->second;
    }

    /// A spot account's coins, plus the fees that were taken from them.
    [[nodiscard]] Quantity coins_of(const std::string& account, const std::string& symbol) const {
        const std::string base = rows_.bases.at(symbol).text();
        Money coins;
        if (const auto row = rows_.owned.find({account, base}); row != rows_.owned.end()) {
            coins += row->second;
        }
        if (const auto row = rows_.fees.find({account, base}); row != rows_.fees.end()) {
            coins += row->second;
        }
        return Quantity::from_units(coins.units());
    }

    const Rows& rows_;
    const TradeLog& log_;
    AuditReport& report_;
};

}  // namespace

AuditReport audit_store(const std::filesystem::path& data, const TradeLog& log) {
    AuditReport report;
    Rows rows;
    Audit audit(rows, log, report);
    store_sqlite::SqliteOptions options;
    options.path = data / "botcore.db";
    auto opened = store_sqlite::SqliteStore::open(options);
    if (!opened) {
        audit.find(report.wrong, "the store cannot be opened: " + opened.error().text());
        return report;
    }
    auto& reader = opened.value()->reader();
    if (!reader.visit_rows(visitor_of(rows))) {
        audit.find(report.wrong, "the store's rows cannot be read");
        return report;
    }
    report.orders = rows.orders_by_id.size();
    report.fills = rows.trades.size();
    audit.run();
    const auto verified = runtime::verify(reader, {});
    if (!verified) {
        audit.find(report.wrong, "the journal cannot be read");
        return report;
    }
    report.records = verified.value().records;
    for (const auto& finding : verified.value().findings) {
        audit.find(report.wrong,
                   "record " + std::to_string(finding.sequence) + ": " + finding.text);
    }
    return report;
}

}  // namespace botcore::crash
