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

/// Reads a row, what is stored beside it, and its image.
template <class Row>
ports::Stored<Row> stored_row(RowReader& reader, RowImage& image) {
    ports::Stored<Row> stored;
    if constexpr (std::same_as<Row, model::KeyEntry>) {
        stored.entry = reader.row<Row>();
        image = reader.image();
        stored.body = reader.blob();
        stored.stored_in = static_cast<model::Sequence>(image.written_by);
    } else {
        stored = reader.row<Row>();
        image = reader.image();
    }
    return stored;
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
    brackets_ = TRY(database_.prepare(query::brackets()));
    TRY(model::RowKinds::try_each([&]<class Row>(model::RowKind<Row>) -> SqlOutcome {
        all_rows_.of<Row>() = TRY(database_.prepare(query::all_rows<Row>()));
        if constexpr (!std::same_as<Row, model::Fill>) {
            open_rows_.of<Row>() = TRY(database_.prepare(query::open_rows<Row>()));
        }
        return base::Done{};
    }));
    trades_of_order_ = TRY(database_.prepare(query::kTradesOfOrder));
    return base::Done{};
}

SqlOutcome ReadSession::prepare_history() {
    const std::string orders = select_sql(table_of<model::Order>());
    const std::string fills = select_sql(table_of<model::Fill>());
    const std::string keys = select_sql(table_of<model::KeyEntry>());
    const std::string orders_page =
        " AND number < ? AND number >= ? AND created >= ? AND created < ?"
        " ORDER BY number DESC LIMIT ?";
    const std::string fills_page =
        " AND sequence < ? AND sequence >= ? AND trade_time >= ? AND trade_time < ?"
        " ORDER BY sequence DESC, record_index DESC";
    const std::string pending = select_sql(open_table_of<model::KeyEntry>());
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

/// The name of a row for error texts: its key with spaces in place of the separator bytes.
template <class Row>
std::string shown_name(const Row& row) {
    std::string name = row_name(row).substr(1);
    std::replace(name.begin(), name.end(), '\0', ' ');
    return "row '" + name + "' of table " + std::string(kOpenTable<Row>);
}

}  // namespace

template <class Row>
void ReadSession::check_row(const Row& row, const RowImage& image, ports::OpenState& snapshot) {
    images_.learn(row_name(row), image);
    const auto head = static_cast<std::int64_t>(snapshot.head.sequence);
    if (fits(kOpenTable<Row>, row, image) && image.written_by <= head) return;
    snapshot.doubts.push_back(
        {account_of(row), shown_name(row) + " differs from what was written"});
}

template <class Row>
StoreOutcome ReadSession::load_kind(ports::OpenState& snapshot) {
    auto& rows = snapshot.of<Row>();
    std::vector<RowImage> images;
    TRY(each_row(open_rows_.of<Row>(), [&](RowReader& reader) {
        rows.push_back(stored_row<Row>(reader, images.emplace_back()));
        return Next::Row;
    }));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if constexpr (std::same_as<Row, model::Instrument>) TRY(read_brackets(rows[i]));
        if constexpr (std::same_as<Row, model::Order>) {
            snapshot.trade_ids[rows[i].number] = TRY(trade_ids(rows[i].number));
        }
        check_row(ports::row_of(rows[i]), images[i], snapshot);
    }
    return base::Done{};
}

StoreResult<ports::OpenState> ReadSession::load_rows() {
    ports::OpenState snapshot;
    images_ = {};
    snapshot.head = TRY(head());
    TRY(check_head(snapshot.head));
    TRY(model::RowKinds::try_each([&]<class Row>(model::RowKind<Row>) -> StoreOutcome {
        if constexpr (!std::same_as<Row, model::Fill>) TRY(load_kind<Row>(snapshot));
        return base::Done{};
    }));
    TRY(check_sum(snapshot));
    return snapshot;
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
        found = stored_row<model::KeyEntry>(reader, image);
        const bool pending = found->entry.state != model::KeyState::Done;
        const auto table = pending ? kOpenTable<model::KeyEntry> : model::kTable<model::KeyEntry>;
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
        whole = fits(model::kTable<model::Order>, found->order, reader.image());
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
    return all_rows<model::Account>(all_rows_.of<model::Account>());
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

template <class Row>
StoreOutcome ReadSession::visit_kind(const ports::RowVisitor& visitor) {
    const auto& visit = visitor.of<Row>();
    if (!visit) return base::Done{};
    StoreOutcome more = base::Done{};
    TRY(each_row(all_rows_.of<Row>(), [&](RowReader& reader) {
        RowImage image;
        auto row = stored_row<Row>(reader, image);
        if (!reader.intact()) return Next::Row;
        if constexpr (std::same_as<Row, model::Instrument>) more = read_brackets(row);
        if (!more) return Next::Stop;
        visit(row);
        return Next::Row;
    }));
    return more;
}

StoreOutcome ReadSession::visit_rows(const ports::RowVisitor& visitor) {
    return model::RowKinds::try_each(
        [&]<class Row>(model::RowKind<Row>) { return visit_kind<Row>(visitor); });
}

}  // namespace botcore::store_sqlite
