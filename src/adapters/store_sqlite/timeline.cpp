#include "adapters/store_sqlite/timeline.hpp"

#include "adapters/store_sqlite/database.hpp"
#include "base/whole_number.hpp"
#include "runtime/archive/names.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {

using model::Ancestor;
using model::TimelineIdentity;

namespace {

/// The prefix of the rows in `meta` that name ancestors: number, "/", id; both in decimal.
constexpr std::string_view kAncestor = "ancestor/";

std::string failed(const std::filesystem::path& file, int code) {
    return file.string() + ": " + sqlite3_errstr(code);
}

SqlResult<std::vector<Ancestor>> ancestors_in(Database& database) {
    std::vector<Ancestor> ancestors;
    Statement rows =
        TRY(database.prepare("SELECT name, value FROM meta WHERE name >= 'ancestor/' "
                             "AND name < 'ancestor0'"));
    while (TRY(rows.step()) == Statement::Step::Row) {
        const std::string_view name = rows.text(0).substr(kAncestor.size());
        const std::size_t slash = name.find('/');
        if (slash == std::string_view::npos) continue;  // Written by a later version.
        const auto timeline = base::whole_number<model::Timeline>(name.substr(0, slash));
        const auto id = base::whole_number<std::uint32_t>(name.substr(slash + 1));
        if (!timeline || !id) continue;
        ancestors.push_back({*timeline, *id, static_cast<model::Sequence>(rows.integer(1))});
    }
    std::sort(ancestors.begin(), ancestors.end(), [](const auto& left, const auto& right) {
        return left.timeline < right.timeline;
    });
    return ancestors;
}

/// The id of the first timeline, which comes from the first record; 0 if there is no record.
SqlResult<std::uint32_t> id_in_journal(Database& database) {
    Statement first = TRY(database.prepare("SELECT hash FROM journal WHERE seq = 1"));
    if (TRY(first.step()) != Statement::Step::Row) return std::uint32_t{0};
    const std::string_view bytes = first.blob(0);
    model::Hash hash{};
    if (bytes.size() != hash.size()) return std::uint32_t{0};
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return runtime::archive::id_of(hash);
}

struct Stored {
    std::int64_t number = 0;
    std::int64_t id = 0;
    std::vector<Ancestor> ancestors;
};

SqlResult<Stored> read_from(Database& database) {
    Stored stored;
    stored.number = TRY(database.integer("SELECT value FROM meta WHERE name = 'timeline'"));
    stored.id = TRY(database.integer("SELECT value FROM meta WHERE name = 'timeline_id'"));
    if (stored.id == 0) stored.id = TRY(id_in_journal(database));
    stored.ancestors = TRY(ancestors_in(database));
    return stored;
}

SqlOutcome write_into(Database& database, const TimelineIdentity& identity) {
    TRY(database.execute("PRAGMA synchronous = FULL"));
    TRY(database.execute("BEGIN IMMEDIATE"));
    TRY(database.execute("DELETE FROM meta WHERE name >= 'ancestor/' AND name < 'ancestor0'"));
    Statement insert =
        TRY(database.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)"));
    const auto put = [&](std::string_view name, std::uint64_t value) -> SqlOutcome {
        insert.bind_text(1, name);
        insert.bind_integer(2, static_cast<std::int64_t>(value));
        return insert.run();
    };
    TRY(put("timeline", identity.number));
    TRY(put("timeline_id", identity.id));
    for (const Ancestor& ancestor : identity.ancestors) {
        const std::string name = std::string(kAncestor) + std::to_string(ancestor.timeline) + "/" +
                                 std::to_string(ancestor.id);
        TRY(put(name, ancestor.last));
    }
    return database.execute("COMMIT");
}

}  // namespace

base::Result<TimelineIdentity, std::string> timeline_of(const std::filesystem::path& store) {
    auto opened = Database::open(store, {}, OpenMode::ReadOnly);
    if (!opened) return base::Failure{failed(store, opened.error().code)};
    Database database = std::move(opened).value();
    auto stored = read_from(database);
    if (!stored) return base::Failure{failed(store, stored.error().code)};
    const auto [number, id, ancestors] = std::move(stored).value();
    if (number < 0 || number > model::kTimelineMax || id < 0 ||
        id > std::numeric_limits<std::uint32_t>::max()) {
        return base::Failure{
            store.string() +
            ": the number or id of the timeline is out of range: " + std::to_string(number)};
    }
    TimelineIdentity identity;
    if (number > 0) identity.number = static_cast<model::Timeline>(number);
    identity.id = static_cast<std::uint32_t>(id);
    identity.ancestors = ancestors;
    return identity;
}

base::Outcome<std::string> set_timeline(const std::filesystem::path& store,
                                        const TimelineIdentity& identity) {
    auto opened = Database::open(store, {}, OpenMode::ReadWrite);
    if (!opened) return base::Failure{failed(store, opened.error().code)};
    Database database = std::move(opened).value();
    const auto done = write_into(database, identity);
    if (!done) return base::Failure{failed(store, done.error().code)};
    return base::Done{};
}

}  // namespace botcore::store_sqlite
