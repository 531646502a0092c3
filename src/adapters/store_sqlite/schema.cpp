#include "adapters/store_sqlite/schema.hpp"

namespace botcore::store_sqlite {

namespace {

constexpr std::string_view kTables = R"sql(
CREATE TABLE meta (
    name  TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE head (
    shard INTEGER PRIMARY KEY NOT NULL,
    seq   INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    time  INTEGER NOT NULL
);

CREATE TABLE journal (
    seq    INTEGER PRIMARY KEY NOT NULL,
    epoch  INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    hash   BLOB NOT NULL,
    record BLOB NOT NULL
);

CREATE TABLE accounts (
    id              TEXT PRIMARY KEY NOT NULL,
    owner           TEXT NOT NULL,
    market          INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    frozen_reason   INTEGER NOT NULL,
    quote           TEXT NOT NULL,
    initial_deposit TEXT NOT NULL,
    created         INTEGER NOT NULL,
    version         INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE instruments (
    market                 INTEGER NOT NULL,
    symbol                 TEXT NOT NULL,
    base                   TEXT NOT NULL,
    quote                  TEXT NOT NULL,
    status                 INTEGER NOT NULL,
    price_filter_min       TEXT NOT NULL,
    price_filter_max       TEXT NOT NULL,
    price_filter_tick      TEXT NOT NULL,
    lot_filter_min         TEXT NOT NULL,
    lot_filter_max         TEXT NOT NULL,
    lot_filter_step        TEXT NOT NULL,
    market_lot_filter_min  TEXT NOT NULL,
    market_lot_filter_max  TEXT NOT NULL,
    market_lot_filter_step TEXT NOT NULL,
    notional_min           TEXT NOT NULL,
    notional_max           TEXT NOT NULL,
    price_percent_up       TEXT NOT NULL,
    price_percent_down     TEXT NOT NULL,
    open_orders_max        INTEGER NOT NULL,
    fee_maker              TEXT NOT NULL,
    fee_taker              TEXT NOT NULL,
    PRIMARY KEY (market, symbol)
) WITHOUT ROWID;

CREATE TABLE brackets (
    market                INTEGER NOT NULL,
    symbol                TEXT NOT NULL,
    bracket               INTEGER NOT NULL,
    notional_floor        TEXT NOT NULL,
    notional_cap          TEXT NOT NULL,
    leverage_max          TEXT NOT NULL,
    maintenance_rate      TEXT NOT NULL,
    maintenance_deduction TEXT NOT NULL,
    PRIMARY KEY (market, symbol, bracket)
) WITHOUT ROWID;

CREATE TABLE balances (
    account         TEXT NOT NULL,
    asset           TEXT NOT NULL,
    cash            TEXT NOT NULL,
    reserved        TEXT NOT NULL,
    margin          TEXT NOT NULL,
    fees            TEXT NOT NULL,
    funding         TEXT NOT NULL,
    realized_profit TEXT NOT NULL,
    external        TEXT NOT NULL,
    exchanged       TEXT NOT NULL,
    rounding        TEXT NOT NULL,
    version         INTEGER NOT NULL,
    owner           TEXT NOT NULL,
    PRIMARY KEY (account, asset)
) WITHOUT ROWID;

CREATE TABLE positions (
    account         TEXT NOT NULL,
    market          INTEGER NOT NULL,
    symbol          TEXT NOT NULL,
    quantity        TEXT NOT NULL,
    cost            TEXT NOT NULL,
    margin          TEXT NOT NULL,
    leverage        TEXT NOT NULL,
    realized_profit TEXT NOT NULL,
    opened          INTEGER NOT NULL,
    updated         INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    owner           TEXT NOT NULL,
    PRIMARY KEY (account, market, symbol)
) WITHOUT ROWID;
)sql";

// The tables that grow with history. Orders and fills are queried by account, newest first, with
// and without a symbol. Keys are random, so their bodies are stored in order of arrival, and only
// the small index is accessed at random places.
constexpr std::string_view kHistoryTables = R"sql(
CREATE TABLE orders (
    number                INTEGER PRIMARY KEY NOT NULL,
    id                    TEXT NOT NULL,
    owner                 TEXT NOT NULL,
    account               TEXT NOT NULL,
    market                INTEGER NOT NULL,
    symbol                TEXT NOT NULL,
    side                  INTEGER NOT NULL,
    type                  INTEGER NOT NULL,
    time_in_force         INTEGER NOT NULL,
    reduce_only           INTEGER NOT NULL,
    quantity              TEXT NOT NULL,
    price                 TEXT,
    key                   TEXT NOT NULL,
    cancel_key            TEXT NOT NULL,
    state                 INTEGER NOT NULL,
    cancel                INTEGER NOT NULL,
    attempt_time          INTEGER NOT NULL,
    attempt_window        INTEGER NOT NULL,
    attempt_number        INTEGER NOT NULL,
    cancel_attempt_time   INTEGER NOT NULL,
    cancel_attempt_window INTEGER NOT NULL,
    cancel_attempt_number INTEGER NOT NULL,
    filled                TEXT NOT NULL,
    filled_notional       TEXT NOT NULL,
    reserved_asset        TEXT NOT NULL,
    reserved              TEXT NOT NULL,
    reserved_full         TEXT NOT NULL,
    venue_order_id        TEXT NOT NULL,
    reason                INTEGER NOT NULL,
    reason_text           TEXT NOT NULL,
    created               INTEGER NOT NULL,
    updated               INTEGER NOT NULL,
    sequence              INTEGER NOT NULL,
    prior_sequence        INTEGER NOT NULL,
    version               INTEGER NOT NULL,
    live                  INTEGER NOT NULL
);
-- Few indexes, and those that grow at their end: each batch touches few pages.
CREATE INDEX orders_live ON orders (number) WHERE live = 1;
CREATE INDEX orders_by_account ON orders (account, number);


CREATE TABLE fills (
    account           TEXT NOT NULL,
    market            INTEGER NOT NULL,
    symbol            TEXT NOT NULL,
    order_number      INTEGER NOT NULL,
    order_id          TEXT NOT NULL,
    side              INTEGER NOT NULL,
    trade_id          INTEGER NOT NULL,
    trade_price       TEXT NOT NULL,
    trade_quantity    TEXT NOT NULL,
    trade_fee         TEXT NOT NULL,
    trade_fee_asset   TEXT NOT NULL,
    trade_maker       INTEGER NOT NULL,
    trade_time        INTEGER NOT NULL,
    realized_profit   TEXT NOT NULL,
    sequence          INTEGER NOT NULL,
    record_index      INTEGER NOT NULL,
    owner             TEXT NOT NULL,
    PRIMARY KEY (account, sequence, record_index)
) WITHOUT ROWID;
CREATE UNIQUE INDEX fills_identity ON fills (account, market, symbol, trade_id);

CREATE INDEX fills_by_order ON fills (order_number);

CREATE TABLE idempotency (
    owner        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    state        INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    order_id     TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    body         BLOB NOT NULL,
    PRIMARY KEY (owner, key)
);
-- Keys whose reply is not known yet: few rows, so that taking a key touches no page of the large
-- table.
CREATE TABLE pending_keys (
    owner        TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    state        INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    order_id     TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    body         BLOB NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;
)sql";

// The changes of version 2. A new file is created by the same steps, so that each definition exists
// only once.
constexpr std::string_view kSecondVersion = R"sql(
ALTER TABLE orders ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN stop_price TEXT;
ALTER TABLE orders ADD COLUMN stop_loss TEXT;
ALTER TABLE orders ADD COLUMN take_profit TEXT;
ALTER TABLE orders ADD COLUMN trail_activation TEXT NOT NULL DEFAULT '0';
ALTER TABLE orders ADD COLUMN trail_distance TEXT NOT NULL DEFAULT '0';
ALTER TABLE orders ADD COLUMN trail_mark TEXT NOT NULL DEFAULT '0';
ALTER TABLE orders ADD COLUMN trail_start TEXT NOT NULL DEFAULT '0';
ALTER TABLE orders ADD COLUMN cancel_owner TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN queue_limit TEXT;
ALTER TABLE orders ADD COLUMN queue_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE positions ADD COLUMN round_profit TEXT NOT NULL DEFAULT '0';
ALTER TABLE positions ADD COLUMN open_fees TEXT NOT NULL DEFAULT '0';
ALTER TABLE positions ADD COLUMN unprotected TEXT NOT NULL DEFAULT '0';
ALTER TABLE positions ADD COLUMN protect_by INTEGER NOT NULL DEFAULT 0;

CREATE TABLE risks (
    account        TEXT PRIMARY KEY NOT NULL,
    hour           INTEGER NOT NULL,
    profits         TEXT NOT NULL,
    equity_peak    TEXT NOT NULL,
    losses_in_a_row INTEGER NOT NULL,
    cooldown_until  INTEGER NOT NULL,
    margin_call     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    owner          TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE operating (
    shard   INTEGER PRIMARY KEY NOT NULL,
    mode    INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    text    TEXT NOT NULL,
    version INTEGER NOT NULL
);

CREATE TABLE maintenance_windows (
    id          INTEGER PRIMARY KEY NOT NULL,
    begins      INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    emergency   INTEGER NOT NULL,
    text        TEXT NOT NULL,
    updated     INTEGER NOT NULL,
    version     INTEGER NOT NULL
);
)sql";

constexpr std::string_view kThirdVersion = R"sql(
ALTER TABLE orders ADD COLUMN cancelled_reason TEXT NOT NULL DEFAULT '';
-- Imported orders are found by the id that the exchange knows them by; there are few.
CREATE INDEX orders_imported ON orders (account, id) WHERE role >= 5;
)sql";
static_assert(static_cast<int>(model::OrderRole::Orphan) == 5);
static_assert(static_cast<int>(model::OrderRole::External) == 6);

constexpr std::string_view kFourthVersion = R"sql(
ALTER TABLE orders ADD COLUMN signed_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN queue_deadline INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::string_view kSixthVersion = R"sql(
ALTER TABLE positions ADD COLUMN reserved TEXT NOT NULL DEFAULT '0';
ALTER TABLE orders ADD COLUMN worst_price TEXT;
)sql";

constexpr std::string_view kSeventhVersion = R"sql(
ALTER TABLE orders ADD COLUMN exchange INTEGER NOT NULL DEFAULT 1;
ALTER TABLE fills ADD COLUMN exchange INTEGER NOT NULL DEFAULT 1;
DROP INDEX fills_identity;
CREATE UNIQUE INDEX fills_identity ON fills (account, exchange, market, symbol, trade_id);
)sql";
static_assert(static_cast<int>(model::ExchangeId::Binance) == 1);

constexpr std::array<std::string_view, 11> kTablesWithImages = {"accounts",
                                                                "instruments",
                                                                "balances",
                                                                "positions",
                                                                "orders",
                                                                "fills",
                                                                "idempotency",
                                                                "pending_keys",
                                                                "risks",
                                                                "operating",
                                                                "maintenance_windows"};

SqlOutcome add_images(Database& database) {
    for (const std::string_view table : kTablesWithImages) {
        for (const std::string_view column : {kWrittenByColumn, kImageHashColumn}) {
            TRY(database.execute("ALTER TABLE " + std::string(table) + " ADD COLUMN " +
                                 std::string(column) + " INTEGER NOT NULL DEFAULT 0"));
        }
    }
    return database.execute("ALTER TABLE head ADD COLUMN open_rows INTEGER NOT NULL DEFAULT 0");
}

/// Adds the exchange to a table whose primary key is to contain it. SQLite cannot change a primary
/// key, so the table is copied; its other columns are taken from the table itself.
SqlOutcome add_exchange_to_key(Database& database, const std::string& table, std::string_view key) {
    std::string names;
    std::string columns;
    {
        Statement info =
            TRY(database.prepare("SELECT name, type, \"notnull\", coalesce(dflt_value, '') "
                                 "FROM pragma_table_info('" +
                                 table + "')"));
        while (TRY(info.step()) == Statement::Step::Row) {
            const std::string name(info.text(0));
            const std::string standard(info.text(3));
            names += (names.empty() ? "" : ", ") + name;
            columns += name + " " + std::string(info.text(1));
            if (info.integer(2) != 0) columns += " NOT NULL";
            if (!standard.empty()) columns += " DEFAULT " + standard;
            columns += ", ";
        }
    }
    const std::string copy = table + "_of_exchanges";
    TRY(database.execute("CREATE TABLE " + copy + " (" + columns +
                         "exchange INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (" + std::string(key) +
                         ")) WITHOUT ROWID"));
    TRY(database.execute("INSERT INTO " + copy + " (" + names + ") SELECT " + names + " FROM " +
                         table));
    TRY(database.execute("DROP TABLE " + table));
    return database.execute("ALTER TABLE " + copy + " RENAME TO " + table);
}

SqlOutcome add_exchanges(Database& database) {
    TRY(add_exchange_to_key(database, "instruments", "exchange, market, symbol"));
    TRY(add_exchange_to_key(database, "brackets", "exchange, market, symbol, bracket"));
    TRY(add_exchange_to_key(database, "positions", "account, exchange, market, symbol"));
    return database.execute(std::string(kSeventhVersion));
}

}  // namespace

SqlOutcome create_schema(Database& database) {
    const std::string zero_hash = "zeroblob(32)";
    TRY(database.execute("BEGIN IMMEDIATE"));
    TRY(database.execute(std::string(kTables)));
    TRY(database.execute(std::string(kHistoryTables)));
    TRY(database.execute(std::string(kSecondVersion)));
    TRY(database.execute(std::string(kThirdVersion)));
    TRY(database.execute(std::string(kFourthVersion)));
    TRY(add_images(database));
    TRY(database.execute(std::string(kSixthVersion)));
    TRY(add_exchanges(database));
    TRY(database.execute("INSERT INTO meta (name, value) VALUES ('schema_version', " +
                         std::to_string(kSchemaVersion) + ")"));
    TRY(database.execute(std::string(kMarkSealed)));
    TRY(database.execute("INSERT INTO head (shard, seq, hash, epoch, time) VALUES (" +
                         std::to_string(kShard) + ", 0, " + zero_hash + ", 0, 0)"));
    TRY(database.execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
    return database.execute("COMMIT");
}

SqlOutcome migrate_schema(Database& database) {
    const std::int64_t version =
        TRY(database.integer("SELECT value FROM meta WHERE name = 'schema_version'"));
    if (version >= kSchemaVersion) return base::Done{};
    TRY(database.execute("BEGIN IMMEDIATE"));
    if (version < 2) TRY(database.execute(std::string(kSecondVersion)));
    if (version < 3) TRY(database.execute(std::string(kThirdVersion)));
    if (version < 4) TRY(database.execute(std::string(kFourthVersion)));
    if (version < 5) TRY(add_images(database));
    if (version < 6) TRY(database.execute(std::string(kSixthVersion)));
    if (version < 7) TRY(add_exchanges(database));
    TRY(database.execute("UPDATE meta SET value = " + std::to_string(kSchemaVersion) +
                         " WHERE name = 'schema_version'"));
    return database.execute("COMMIT");
}

SqlResult<bool> is_sealed(Database& database) {
    const std::int64_t rows =
        TRY(database.integer("SELECT count(*) FROM meta WHERE name = 'rows_sealed'"));
    return rows == 1;
}

TableShape brackets_table() {
    TableShape table{"brackets", {"market", "symbol", "exchange", "bracket"}, {}, {}};
    table.key = table.columns;
    const auto fields = columns_of<model::LeverageBracket>();
    table.columns.insert(table.columns.end(), fields.begin(), fields.end());
    return table;
}

TableShape journal_table() {
    return {"journal", {"seq", "epoch", "time", "hash", "record"}, {"seq"}, {}};
}

namespace query {

std::string brackets() {
    return select_sql({"brackets", columns_of<model::LeverageBracket>(), {}, {}}) +
           " WHERE exchange = ? AND market = ? AND symbol = ? ORDER BY bracket";
}

std::string journal() {
    return select_sql(journal_table()) + " WHERE seq >= ? ORDER BY seq LIMIT ?";
}

std::vector<std::string> all_of_load() {
    std::vector<std::string> queries{
        std::string(kHead), std::string(kTradesOfOrder), brackets(), journal()};
    model::RowKinds::each([&]<class Row>(model::RowKind<Row>) {
        if constexpr (!std::same_as<Row, model::Fill>) queries.push_back(open_rows<Row>());
    });
    return queries;
}

}  // namespace query

}  // namespace botcore::store_sqlite
