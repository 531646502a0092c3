/// Any values in the rows of the store and of the users' file. The first byte selects the table;
/// each further line replaces one column of a valid row: "3 t12.5" puts the text 12.5 into the
/// third, "i" a whole number, "b" bytes, "n" null. An accepted row reads back the same.

#include "adapters/store_sqlite/rows.hpp"
#include "adapters/store_sqlite/sqlite_users.hpp"
#include "base/check.hpp"
#include "input_file.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace botcore;
using namespace botcore;
using store_sqlite::Database;
using store_sqlite::Statement;

Database open(const std::string& path, store_sqlite::OpenMode mode) {
    auto database = Database::open(path, {}, mode);
    CHECK(database.has_value());
    return std::move(database).value();
}

Statement prepare(Database& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    CHECK(statement.has_value());
    return std::move(statement).value();
}

template <class Number>
Number number_in(std::string_view text, Number absent) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : absent;
}

/// Binds the values in the lines of `text`; the values live as long as `text`.
void replace_columns(Statement& statement, std::string_view text, int columns) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t space = std::min(line.find(' '), line.size());
        const int column = number_in(line.substr(0, space), 0);
        if (column < 1 || column > columns || space + 1 >= line.size()) continue;
        const std::string_view value = line.substr(space + 2);
        switch (line[space + 1]) {
            case 'i':
                statement.bind_integer(column, number_in(value, std::int64_t{0}));
                break;
            case 't':
                statement.bind_text(column, value);
                break;
            case 'b':
                statement.bind_blob(column, value.data(), value.size());
                break;
            case 'n':
                statement.bind_null(column);
                break;
            default:
                break;
        }
    }
}

template <class Row>
void store_row(std::string_view text) {
    static Database database = open(":memory:", store_sqlite::OpenMode::Create);
    static const int kColumns = static_cast<int>(store_sqlite::columns_of<Row>().size());
    static Statement given = [] {
        std::string sql = "SELECT ?";
        for (int i = 1; i < kColumns; ++i)
            sql += ", ?";
        return prepare(database, sql);
    }();
    static store_sqlite::RowBinder binder;
    const auto row_in = [&](Statement& statement) -> std::optional<Row> {
        const auto step = statement.step();
        CHECK(step.has_value() && step.value() == Statement::Step::Row);
        store_sqlite::RowReader reader(statement);
        Row row = reader.row<Row>();
        return reader.intact() ? std::optional(std::move(row)) : std::nullopt;
    };
    binder.begin(given);
    binder.row(Row{});
    replace_columns(given, text, kColumns);
    const auto row = row_in(given);
    given.reset();
    if (!row) return;
    binder.begin(given);
    binder.row(*row);
    CHECK(row_in(given) == row);
    given.reset();
}

void user_row(std::string_view text) {
    static const scratch::TemporaryFolder kFolder;
    static const std::string kPath = kFolder.file("users.sqlite");
    static const auto kStore = [] {
        auto opened = store_sqlite::SqliteUsers::open(kPath);
        CHECK(opened.has_value());
        ports::User user;
        user.id = model::Owner("u");
        ports::Session session;
        session.id = "s";
        session.user = user.id;
        auto made = std::move(opened).value();
        CHECK(made->add(user, {}).has_value());
        CHECK(made->add(session).has_value());
        return made;
    }();
    ports::UserStore& store = *kStore;
    static Database writer = open(kPath, store_sqlite::OpenMode::ReadWrite);
    static const bool kFast = writer.execute("PRAGMA synchronous=OFF").has_value();
    CHECK(kFast);
    static Statement users =
        prepare(writer,
                "UPDATE users SET role = ?, active = ?, created = ?, version = ?, failures = ?, "
                "locked_until = ?, email = ?, name = ?, password = ?");
    constexpr int kNumbers = 6;
    constexpr int kColumns = 9;
    for (int i = 1; i <= kNumbers; ++i)
        users.bind_integer(i, 0);
    for (int i = kNumbers + 1; i <= kColumns; ++i)
        users.bind_text(i, "");
    replace_columns(users, text, kColumns);
    (void)users.run();
    const auto user = store.find(model::Owner("u"));
    const auto all = store.list({}, 10);
    CHECK(user.has_value() == all.has_value());
    if (user) {
        CHECK(user.value().has_value() && all.value().size() == 1);
        CHECK(user.value()->role <= model::Role::Operator);
        CHECK(store.save(*user.value()).has_value());
        const auto again = store.find(model::Owner("u"));
        CHECK(again.has_value() && again.value()->role == user.value()->role);
        CHECK(again.value()->version == user.value()->version);
    }
    if (const auto credentials = store.credentials(model::Owner("u"))) {
        CHECK(store.save(model::Owner("u"), credentials.value()).has_value());
        const auto again = store.credentials(model::Owner("u"));
        CHECK(again.has_value());
        CHECK(again.value().password_hash == credentials.value().password_hash);
    }
}

constexpr std::array kTables = {store_row<model::Account>,
                                store_row<model::Instrument>,
                                store_row<model::Order>,
                                store_row<model::Fill>,
                                store_row<model::Position>,
                                store_row<model::Balance>,
                                store_row<model::KeyEntry>,
                                store_row<model::RiskState>,
                                store_row<model::OperatingState>,
                                store_row<model::MaintenanceWindow>,
                                user_row};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto letter = static_cast<std::size_t>(data[0]);
    const std::size_t table = (letter + kTables.size() * 100 - 'a') % kTables.size();
    kTables.at(table)(text.substr(1));
    return 0;
}
