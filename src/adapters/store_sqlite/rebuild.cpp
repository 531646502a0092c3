#include "adapters/store_sqlite/rebuild.hpp"

#include "adapters/store_sqlite/replace_store.hpp"
#include "adapters/store_sqlite/timeline.hpp"
#include "runtime/archive/names.hpp"
#include "runtime/verify.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace botcore::store_sqlite {

namespace fs = std::filesystem;

base::Result<std::unique_ptr<SqliteStore>, std::string> open_without_reserve(const fs::path& path) {
    SqliteOptions options;
    options.path = path;
    options.reserve_bytes = 0;
    auto opened = SqliteStore::open(std::move(options));
    if (!opened) return base::Failure{path.string() + ": " + opened.error().text()};
    return std::move(opened).value();
}

namespace {

base::Outcome<std::string> prove(SqliteStore& store) {
    const auto report = runtime::verify(store.reader(), {});
    if (!report) return base::Failure{std::string("the rebuilt store cannot be read")};
    if (report.value().clean()) return base::Done{};
    return base::Failure{"the rebuilt store has findings: " + report.value().findings.front().text};
}

/// Closes both stores before it returns, so nothing is left in their logs.
base::Result<model::Head, std::string> rebuild_rows(const std::string& path,
                                                    const std::string& rebuilt,
                                                    const runtime::RebuildProgress& progress) {
    const auto old = TRY(open_without_reserve(path));
    const auto fresh = TRY(open_without_reserve(rebuilt));
    const auto head = old->reader().head();
    if (!head) return base::Failure{std::string("the journal's head cannot be read")};
    auto made = runtime::replay_journal(old->reader(), *fresh, head.value().sequence, progress);
    if (!made) {
        return base::Failure{"record " + std::to_string(made.error().sequence) + ": " +
                             made.error().text};
    }
    if (made.value().hash != head.value().hash) {
        return base::Failure{std::string("the journal does not end at the stored head")};
    }
    (void)TRY(prove(*fresh));
    return made.value();
}

}  // namespace

base::Result<Rebuilt, std::string> rebuild(const fs::path& path,
                                           const runtime::RebuildProgress& progress) {
    const fs::path whole = fs::absolute(path);
    const std::string rebuilt = whole.string() + "-rebuilt";
    remove_database(rebuilt);  // Left by an earlier attempt.
    auto head = rebuild_rows(whole.string(), rebuilt, progress);
    if (!head) {
        remove_database(rebuilt);
        return base::Failure{head.error()};
    }
    // The archive continues with the rebuilt file where it was.
    (void)TRY(set_timeline(rebuilt, TRY(timeline_of(whole))));
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    const auto time = base::Timestamp::from_microseconds(now.time_since_epoch().count());
    auto before = TRY(replace_store(rebuilt, whole, runtime::archive::compact_time(time)));
    return Rebuilt{head.value(), std::move(before)};
}

}  // namespace botcore::store_sqlite
