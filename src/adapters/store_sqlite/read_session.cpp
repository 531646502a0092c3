#include "adapters/store_sqlite/read_session.hpp"

#include "adapters/store_sqlite/row_images.hpp"
#include "adapters/store_sqlite/rows.hpp"
#include "adapters/store_sqlite/schema.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <utility>

namespace botcore::store_sqlite {

namespace {

// The statements below contain these values as literals.
static_assert(static_cast<int>(model::OrderState::Rejected) == 6);
static_assert(static_cast<int>(model::OrderState::Refused) == 7);
static_assert(static_cast<int>(model::OrderState::Absent) == 9);

constexpr std::uint64_t kIntegerMax = std::numeric_limits<std::int64_t>::max();

std::int64_t clamped(std::uint64_t number) {
    return static_cast<std::int64_t>(std::min(number, kIntegerMax));
}

void bind_span(Statement& statement, int& parameter, const ports::TimeSpan& span) {
    statement.bind_integer(parameter++, span.since.in_microseconds());
    statement.bind_integer(parameter++, span.until.in_microseconds());
}

enum class Next : std::uint8_t { Row, Stop };

/// Calls `each(RowReader&)` for every row until it returns Stop. Detects rows that we never wrote.
template <class Each>
StoreOutcome each_row(Statement& statement, Each each) {
    const ResetAtEnd reset(statement);
    while (true) {
        const auto step = statement.step();
        if (!step) return base::Failure{store_error_of(step.error())};
        if (step.value() == Statement::Step::Done) return base::Done{};
        RowReader reader(statement);
        const Next next = each(reader);
        if (!reader.intact()) return base::Failure{StoreError::Corrupt};
        if (next == Next::Stop) return base::Done{};
    }
}

template <class Row>
StoreResult<std::vector<Row>> all_rows(Statement& statement) {
    std::vector<Row> rows;
    TRY(each_row(statement, [&](RowReader& reader) {
        rows.push_back(reader.row<Row>());
        return Next::Row;
    }));
    return rows;
}

/// Passes every row to `visit`, which may be empty.
template <class Row>
StoreOutcome visit_all(Statement& statement, const std::function<void(const Row&)>& visit) {
    if (!visit) return base::Done{};
    return each_row(statement, [&](RowReader& reader) {
        const Row row = reader.row<Row>();
        if (reader.intact()) visit(row);
        return Next::Row;
    });
}

ports::KeyRow key_row(RowReader& reader, RowImage* image = nullptr) {
    ports::KeyRow row;
    row.entry = reader.row<model::KeyEntry>();
    const RowImage stored = reader.image();
    if (image != nullptr) *image = stored;
    row.body = reader.blob();
    row.stored_in = static_cast<model::Sequence>(stored.written_by);
    return row;
}

/// Whether a row matches its stored image. Rows that are older than images have none.
template <class Row>
bool fits(std::string_view table, const Row& row, const RowImage& image) {
    return image.written_by == 0 || image_of(table, row, image.written_by) == image;
}

ports::JournalEntry journal_entry(RowReader& reader) {
    ports::JournalEntry entry;
    entry.sequence = static_cast<model::Sequence>(reader.integer());
    entry.epoch = static_cast<model::Epoch>(reader.integer());
    entry.time = base::Timestamp::from_microseconds(reader.integer());
    entry.hash = reader.hash();
    entry.bytes = reader.blob();
    return entry;
}

}  // namespace

StoreError store_error_of(const SqlError& error) {
    switch (kind_of(error)) {
        case ErrorKind::Corrupt:
            return StoreError::Corrupt;
        case ErrorKind::TimedOut:
            return StoreError::TimedOut;
        case ErrorKind::Full:
        case ErrorKind::Sync:
        case ErrorKind::Constraint:
        case ErrorKind::Other:
            break;
    }
    return StoreError::Unavailable;
}

SqlResult<ReadSession> ReadSession::open(Database database) {
    ReadSession session;
    session.database_ = std::move(database);
    TRY(session.prepare_state());
    TRY(session.prepare_history());
    return session;
}

SqlOutcome ReadSession::prepare_state() {
    begin_ = TRY(database_.prepare("BEGIN"));
    end_ = TRY(database_.prepare("COMMIT"));
    head_ = TRY(database_.prepare(query::kHead));
    journal_ = TRY(database_.prepare(query::journal()));
    sum_ = TRY(database_.prepare(query::kOpenRowsSum));
    accounts_ = TRY(database_.prepare(query::accounts()));
    instruments_ = TRY(database_.prepare(query::instruments()));
    brackets_ = TRY(database_.prepare(query::brackets()));
    balances_ = TRY(database_.prepare(query::balances()));
    positions_ = TRY(database_.prepare(query::positions()));
    live_orders_ = TRY(database_.prepare(query::live_orders()));
    pending_keys_ = TRY(database_.prepare(query::pending_keys()));
    risks_ = TRY(database_.prepare(query::risks()));
    operating_ = TRY(database_.prepare(query::operating()));
    windows_ = TRY(database_.prepare(query::windows()));
    trades_of_order_ = TRY(database_.prepare(query::kTradesOfOrder));
    return base::Done{};
}

SqlOutcome ReadSession::prepare_history() {
    const std::string orders = select_sql(orders_table());
    const std::string fills = select_sql(fills_table());
    const std::string keys = select_sql(keys_table());
    const std::string orders_page =
        " AND number < ? AND number >= ? AND created >= ? AND created < ?"
        " ORDER BY number DESC LIMIT ?";
    const std::string fills_page =
        " AND sequence < ? AND sequence >= ? AND trade_time >= ? AND trade_time < ?"
        " ORDER BY sequence DESC, record_index DESC";
    const std::string pending = select_sql(pending_keys_table());
    const std::string one_key = " WHERE owner = ?1 AND key = ?2";
    find_key_ = TRY(database_.prepare(keys + one_key + " UNION ALL " + pending + one_key));
    find_order_ = TRY(database_.prepare(orders + " WHERE number = ?"));
    orders_ = TRY(database_.prepare(orders + " WHERE account = ?" + orders_page));
    orders_of_symbol_ =
        TRY(database_.prepare(orders + " WHERE account = ? AND symbol = ?" + orders_page));
    live_orders_of_account_ =
        TRY(database_.prepare(orders + " WHERE live = 1 AND account = ?" + orders_page));
    live_orders_of_symbol_ = TRY(
        database_.prepare(orders + " WHERE live = 1 AND account = ? AND symbol = ?" + orders_page));
    const std::string failed = " AND state IN (6, 7, 9)";
    failed_orders_ = TRY(database_.prepare(orders + " WHERE account = ?" + failed + orders_page));
    failed_orders_of_symbol_ =
        TRY(database_.prepare(orders + " WHERE account = ? AND symbol = ?" + failed + orders_page));
    imported_orders_ = TRY(database_.prepare(
        orders + " WHERE role >= 5 AND account = ? AND id = ? ORDER BY number DESC LIMIT ?"));
    fills_ = TRY(database_.prepare(fills + " WHERE account = ?" + fills_page));
    fills_of_symbol_ =
        TRY(database_.prepare(fills + " WHERE account = ? AND symbol = ?" + fills_page));
    fills_forward_ = TRY(database_.prepare(
        fills + " WHERE account = ? AND sequence > ? ORDER BY sequence, record_index"));
    all_orders_ = TRY(database_.prepare(orders + " ORDER BY number"));
    all_fills_ = TRY(database_.prepare(fills + " ORDER BY account, sequence, record_index"));
    all_keys_ = TRY(database_.prepare(keys + " UNION ALL " + pending + " ORDER BY owner, key"));
    return base::Done{};
}

StoreOutcome ReadSession::begin() {
    CHECK(!database_.in_transaction());
    const auto begun = begin_.run();
    if (!begun) return base::Failure{store_error_of(begun.error())};
    // The first read, not BEGIN, determines the state that the transaction sees.
    const auto seen = head();
    if (seen) return base::Done{};
    end();
    return base::Failure{seen.error()};
}

void ReadSession::end() {
    // A read transaction has nothing to lose: SQLite ends it even if it reports an error.
    if (database_.in_transaction()) static_cast<void>(end_.run());
}

StoreResult<ports::OpenState> ReadSession::load() {
    TRY(begin());
    auto snapshot = load_rows();
    end();
    return snapshot;
}

namespace {

template <class Row>
std::optional<model::AccountId> account_of(const Row& row) {
    if constexpr (std::same_as<Row, model::Account>) {
        return row.id;
    } else if constexpr (requires { row.account; }) {
        return row.account;
    } else {
        return std::nullopt;
    }
}

/// The name of a row for error texts: its key with spaces in place of the separator bytes.
template <class Row>
std::string shown_name(std::string_view table, const Row& row) {
    std::string name = row_name(row).substr(1);
    std::replace(name.begin(), name.end(), '\0', ' ');
    return "row '" + name + "' of table " + std::string(table);
}

}  // namespace

template <class Row>
void ReadSession::check_row(std::string_view table,
                            const Row& row,
                            const RowImage& image,
                            ports::OpenState& snapshot) {
    images_.learn(row_name(row), image);
    const auto head = static_cast<std::int64_t>(snapshot.head.sequence);
    if (fits(table, row, image) && image.written_by <= head) return;
    snapshot.doubts.push_back(
        {account_of(row), shown_name(table, row) + " differs from what was written"});
}

template <class Row>
StoreResult<std::vector<Row>> ReadSession::open_rows(Statement& statement,
                                                     std::string_view table,
                                                     ports::OpenState& snapshot) {
    std::vector<Row> rows;
    TRY(each_row(statement, [&](RowReader& reader) {
        rows.push_back(reader.row<Row>());
        const RowImage image = reader.image();
        if (reader.intact()) check_row(table, rows.back(), image, snapshot);
        return Next::Row;
    }));
    return rows;
}

StoreResult<ports::OpenState> ReadSession::load_rows() {
    ports::OpenState snapshot;
    images_ = {};
    snapshot.head = TRY(head());
    TRY(check_head(snapshot.head));
    snapshot.accounts = TRY(open_rows<model::Account>(accounts_, "accounts", snapshot));
    TRY(load_instruments(snapshot));
    snapshot.balances = TRY(open_rows<model::Balance>(balances_, "balances", snapshot));
    snapshot.positions = TRY(open_rows<model::Position>(positions_, "positions", snapshot));
    for (model::Order& order : TRY(open_rows<model::Order>(live_orders_, "orders", snapshot))) {
        snapshot.orders.push_back({std::move(order), {}});
    }
    for (ports::LiveOrder& live : snapshot.orders) {
        live.trade_ids = TRY(trade_ids(live.order.number));
    }
    snapshot.risks = TRY(open_rows<model::RiskState>(risks_, "risks", snapshot));
    for (const auto& row :
         TRY(open_rows<model::OperatingState>(operating_, "operating", snapshot))) {
        snapshot.operating = row;
    }
    snapshot.windows =
        TRY(open_rows<model::MaintenanceWindow>(windows_, "maintenance_windows", snapshot));
    TRY(each_row(pending_keys_, [&](RowReader& reader) {
        RowImage image;
        snapshot.pending_keys.push_back(key_row(reader, &image));
        if (!reader.intact()) return Next::Row;
        check_row("pending_keys", snapshot.pending_keys.back().entry, image, snapshot);
        return Next::Row;
    }));
    TRY(check_sum(snapshot));
    return snapshot;
}

StoreOutcome ReadSession::load_instruments(ports::OpenState& snapshot) {
    std::vector<RowImage> images;
    TRY(each_row(instruments_, [&](RowReader& reader) {
        snapshot.instruments.push_back(reader.row<model::Instrument>());
        images.push_back(reader.image());
        return Next::Row;
    }));
    for (std::size_t i = 0; i < images.size(); ++i) {
        model::Instrument& instrument = snapshot.instruments.at(i);
        TRY(read_brackets(instrument));
        check_row("instruments", instrument, images.at(i), snapshot);
    }
    return base::Done{};
}

/// Detects rows that match their images although rows are missing or older than the last ones
/// written.
StoreOutcome ReadSession::check_sum(ports::OpenState& snapshot) {
    std::int64_t stored = 0;
    TRY(each_row(sum_, [&](RowReader& reader) {
        stored = reader.integer();
        return Next::Stop;
    }));
    if (stored == images_.sum()) return base::Done{};
    snapshot.doubts.push_back({std::nullopt,
                               "the open rows are not those that were written last: a row was "
                               "removed, added or replaced by an older version"});
    return base::Done{};
}

StoreOutcome ReadSession::check_head(const model::Head& head) {
    const auto entries = TRY(journal(std::max<model::Sequence>(head.sequence, 1), 2));
    if (head.sequence == 0 && head == model::Head{} && entries.empty()) return base::Done{};
    // Exactly the head's own entry and none beyond it.
    if (entries.size() != 1) return base::Failure{StoreError::Corrupt};
    const ports::JournalEntry& last = entries.front();
    const model::Head expected{last.sequence, last.hash, last.epoch, last.time};
    if (head != expected) return base::Failure{StoreError::Corrupt};
    return base::Done{};
}

StoreResult<model::Head> ReadSession::head() {
    model::Head head;
    bool found = false;
    TRY(each_row(head_, [&](RowReader& reader) {
        head.sequence = static_cast<model::Sequence>(reader.integer());
        head.hash = reader.hash();
        head.epoch = static_cast<model::Epoch>(reader.integer());
        head.time = base::Timestamp::from_microseconds(reader.integer());
        found = true;
        return Next::Stop;
    }));
    if (!found) return base::Failure{StoreError::Corrupt};
    return head;
}

StoreResult<std::vector<ports::JournalEntry>> ReadSession::journal(model::Sequence first,
                                                                   std::size_t limit) {
    std::vector<ports::JournalEntry> entries;
    journal_.bind_integer(1, clamped(first));
    journal_.bind_integer(2, clamped(limit));
    TRY(each_row(journal_, [&](RowReader& reader) {
        entries.push_back(journal_entry(reader));
        return Next::Row;
    }));
    return entries;
}

StoreResult<std::optional<ports::KeyRow>> ReadSession::find_key(const model::Owner& owner,
                                                                const model::IdempotencyKey& key) {
    std::optional<ports::KeyRow> found;
    bool whole = true;
    find_key_.bind_text(1, owner.text());
    find_key_.bind_text(2, key.text());
    TRY(each_row(find_key_, [&](RowReader& reader) {
        RowImage image;
        found = key_row(reader, &image);
        const auto table =
            found->entry.state == model::KeyState::Done ? "idempotency" : "pending_keys";
        whole = fits(table, found->entry, image);
        return Next::Stop;
    }));
    if (!whole) return base::Failure{StoreError::Corrupt};
    return found;
}

StoreResult<std::optional<ports::LiveOrder>> ReadSession::find_order(model::OrderNumber number) {
    std::optional<ports::LiveOrder> found;
    bool whole = true;
    if (number > kIntegerMax) return found;
    // Order and trades are read by two statements, which must see the same state.
    const bool own_snapshot = !database_.in_transaction();
    if (own_snapshot) TRY(begin());
    find_order_.bind_integer(1, clamped(number));
    const StoreOutcome read = each_row(find_order_, [&](RowReader& reader) {
        found = ports::LiveOrder{reader.row<model::Order>(), {}};
        whole = fits("orders", found->order, reader.image());
        return Next::Stop;
    });
    const auto trades = trade_ids(number);
    if (own_snapshot) end();
    if (!read) return base::Failure{read.error()};
    if (!trades) return base::Failure{trades.error()};
    if (!whole) return base::Failure{StoreError::Corrupt};
    if (found) found->trade_ids = trades.value();
    return found;
}

StoreResult<std::vector<model::Order>> ReadSession::orders(const ports::OrderQuery& query) {
    if (query.imported_as) {
        imported_orders_.bind_text(1, query.account.text());
        imported_orders_.bind_text(2, query.imported_as->text());
        imported_orders_.bind_integer(3, clamped(query.limit));
        return all_rows<model::Order>(imported_orders_);
    }
    Statement& of_account = query.live_only     ? live_orders_of_account_
                            : query.failed_only ? failed_orders_
                                                : orders_;
    Statement& of_symbol = query.live_only     ? live_orders_of_symbol_
                           : query.failed_only ? failed_orders_of_symbol_
                                               : orders_of_symbol_;
    Statement& statement = query.symbol ? of_symbol : of_account;
    int parameter = 1;
    statement.bind_text(parameter++, query.account.text());
    if (query.symbol) statement.bind_text(parameter++, query.symbol->text());
    statement.bind_integer(parameter++, clamped(query.before));
    statement.bind_integer(parameter++, clamped(query.first));
    bind_span(statement, parameter, query.made);
    statement.bind_integer(parameter, clamped(query.limit));
    return all_rows<model::Order>(statement);
}

StoreResult<std::vector<model::Fill>> ReadSession::fills(const ports::FillQuery& query) {
    std::vector<model::Fill> fills;
    if (query.limit == 0) return fills;
    const bool by_symbol = query.symbol && !query.after;
    Statement& statement = query.after ? fills_forward_ : by_symbol ? fills_of_symbol_ : fills_;
    int parameter = 1;
    statement.bind_text(parameter++, query.account.text());
    if (by_symbol) statement.bind_text(parameter++, query.symbol->text());
    statement.bind_integer(parameter++, clamped(query.after.value_or(query.before)));
    if (!query.after) {
        statement.bind_integer(parameter++, clamped(query.first));
        bind_span(statement, parameter, query.made);
    }
    TRY(each_row(statement, [&](RowReader& reader) {
        model::Fill fill = reader.row<model::Fill>();
        const bool enough = fills.size() >= query.limit;
        if (enough && fill.sequence != fills.back().sequence) return Next::Stop;
        fills.push_back(std::move(fill));
        return Next::Row;
    }));
    return fills;
}

StoreResult<std::vector<model::Account>> ReadSession::accounts() {
    return all_rows<model::Account>(accounts_);
}

StoreResult<std::vector<model::Instrument>> ReadSession::instruments() {
    auto instruments = TRY(all_rows<model::Instrument>(instruments_));
    for (model::Instrument& instrument : instruments)
        TRY(read_brackets(instrument));
    return instruments;
}

StoreOutcome ReadSession::read_brackets(model::Instrument& instrument) {
    brackets_.bind_integer(1, static_cast<std::int64_t>(instrument.id.exchange));
    brackets_.bind_integer(2, static_cast<std::int64_t>(instrument.id.market));
    brackets_.bind_text(3, instrument.id.symbol.text());
    return each_row(brackets_, [&](RowReader& reader) {
        instrument.brackets.push_back(reader.row<model::LeverageBracket>());
        return Next::Row;
    });
}

StoreResult<std::vector<std::uint64_t>> ReadSession::trade_ids(model::OrderNumber number) {
    std::vector<std::uint64_t> ids;
    trades_of_order_.bind_integer(1, clamped(number));
    TRY(each_row(trades_of_order_, [&](RowReader& reader) {
        ids.push_back(std::bit_cast<std::uint64_t>(reader.integer()));
        return Next::Row;
    }));
    return ids;
}

StoreOutcome ReadSession::visit_rows(const ports::RowVisitor& visitor) {
    TRY(visit_all(accounts_, visitor.account));
    if (visitor.instrument) {
        for (const model::Instrument& instrument : TRY(instruments())) {
            visitor.instrument(instrument);
        }
    }
    TRY(visit_all(all_orders_, visitor.order));
    TRY(visit_all(all_fills_, visitor.fill));
    TRY(visit_all(positions_, visitor.position));
    TRY(visit_all(balances_, visitor.balance));
    TRY(visit_all(risks_, visitor.risk));
    TRY(visit_all(operating_, visitor.operating));
    TRY(visit_all(windows_, visitor.window));
    if (!visitor.key) return base::Done{};
    return each_row(all_keys_, [&](RowReader& reader) {
        const ports::KeyRow row = key_row(reader);
        if (reader.intact()) visitor.key(row);
        return Next::Row;
    });
}

}  // namespace botcore::store_sqlite
