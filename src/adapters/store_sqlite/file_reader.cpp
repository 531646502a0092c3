#include "adapters/store_sqlite/file_reader.hpp"

#include "adapters/store_sqlite/schema.hpp"
#include "adapters/store_sqlite/store_file.hpp"

#include <utility>

namespace botcore::store_sqlite {

base::Result<ReadSession, std::string> open_session(const std::string& path) {
    auto opened = Database::open(path, {}, OpenMode::ReadOnly);
    if (!opened) {
        return base::Failure{std::string("expected a readable store at " + path +
                                         ", but SQLite returned code " +
                                         std::to_string(opened.error().code))};
    }
    Database database = std::move(opened).value();
    const auto verdict = check_file(database);
    if (!verdict) {
        return base::Failure{std::string("the store at " + path + " cannot be read, code " +
                                         std::to_string(verdict.error().code))};
    }
    if (verdict.value()) {
        const bool newer = verdict.value()->kind == OpenError::Kind::SchemaTooNew;
        return base::Failure{path + ": " + verdict.value()->text() +
                             (newer ? "; use the botctl of the version that wrote it" : "")};
    }
    const auto version = schema_version(database);
    if (version && version.value() < kSchemaVersion) {
        return base::Failure{"the store at " + path + " has schema version " +
                             std::to_string(version.value()) + ", expected " +
                             std::to_string(kSchemaVersion) +
                             "; start botcored of this version on the folder once to upgrade the "
                             "store, or use the botctl of the version that wrote it"};
    }
    auto session = ReadSession::open(std::move(database));
    if (!session) {
        return base::Failure{std::string("the store at " + path + " cannot be read, code " +
                                         std::to_string(session.error().code))};
    }
    return std::move(session).value();
}

base::Result<std::unique_ptr<SqliteReader>, std::string> open_reader(const std::string& path) {
    auto latest = TRY(open_session(path));
    auto snapshot = TRY(open_session(path));
    return std::make_unique<SqliteReader>(std::move(latest), std::move(snapshot));
}

}  // namespace botcore::store_sqlite
