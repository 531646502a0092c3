#include "shell/sqlite/timeline.hpp"

#include "shell/sqlite/database.hpp"

#include <utility>

namespace botcore::shell::sqlite {

namespace {

std::string failed(const std::filesystem::path& file, int code) {
    return file.string() + ": " + sqlite3_errstr(code);
}

}  // namespace

base::Result<runtime::archive::Timeline, std::string> timeline_of(
    const std::filesystem::path& store) {
    auto opened = Database::open(store, {}, OpenMode::ReadOnly);
    if (!opened) return base::Failure{failed(store, opened.error().code)};
    Database database = std::move(opened).value();
    const auto stored = database.integer("SELECT value FROM meta WHERE name = 'timeline'");
    if (!stored) return base::Failure{failed(store, stored.error().code)};
    if (stored.value() == 0) return runtime::archive::kFirstTimeline;
    if (stored.value() < 0 || stored.value() > runtime::archive::kTimelineMax) {
        return base::Failure{store.string() + ": a timeline that cannot be, " +
                             std::to_string(stored.value())};
    }
    return static_cast<runtime::archive::Timeline>(stored.value());
}

base::Outcome<std::string> set_timeline(const std::filesystem::path& store,
                                        runtime::archive::Timeline timeline) {
    auto opened = Database::open(store, {}, OpenMode::ReadWrite);
    if (!opened) return base::Failure{failed(store, opened.error().code)};
    Database database = std::move(opened).value();
    for (const std::string& sql :
         {std::string("PRAGMA synchronous = FULL"),
          "INSERT OR REPLACE INTO meta (name, value) VALUES ('timeline', " +
              std::to_string(timeline) + ")"}) {
        const auto done = database.execute(sql);
        if (!done) return base::Failure{failed(store, done.error().code)};
    }
    return base::Done{};
}

}  // namespace botcore::shell::sqlite
