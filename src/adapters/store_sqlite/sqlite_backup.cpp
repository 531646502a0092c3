#include "adapters/store_sqlite/sqlite_backup.hpp"

#include "adapters/store_sqlite/copy_database.hpp"
#include "adapters/store_sqlite/file_reader.hpp"
#include "adapters/store_sqlite/rebuild.hpp"
#include "adapters/store_sqlite/replace_store.hpp"
#include "adapters/store_sqlite/timeline.hpp"

#include <utility>

namespace botcore::store_sqlite {

namespace {

/// SQLite's data version changes when another connection commits.
class DataVersion final : public ports::ChangeCounter {
public:
    DataVersion(std::string path, Database database)
        : path_(std::move(path)),
          database_(std::move(database)) {}

    base::Result<std::int64_t, std::string> read() override {
        const auto version = database_.integer("PRAGMA data_version");
        if (!version) return base::Failure{path_ + " cannot be read"};
        return version.value();
    }

private:
    std::string path_;
    Database database_;
};

}  // namespace

base::Result<std::unique_ptr<ports::StoreReader>, std::string> SqliteBackup::open_reader(
    const std::string& store) {
    return std::unique_ptr<ports::StoreReader>(TRY(store_sqlite::open_reader(store)));
}

base::Result<std::unique_ptr<ports::Store>, std::string> SqliteBackup::open_store(
    const std::string& store) {
    return std::unique_ptr<ports::Store>(TRY(open_without_reserve(store)));
}

base::Result<model::TimelineIdentity, std::string> SqliteBackup::timeline_of(
    const std::string& store) {
    return store_sqlite::timeline_of(store);
}

base::Outcome<std::string> SqliteBackup::set_timeline(const std::string& store,
                                                      const model::TimelineIdentity& identity) {
    return store_sqlite::set_timeline(store, identity);
}

base::Outcome<std::string> SqliteBackup::copy(const std::string& from,
                                              const std::string& to,
                                              ports::CopyPace pace,
                                              const ports::CopyProgress& progress) {
    return copy_database(from, to, pace, progress);
}

base::Result<std::string, std::string> SqliteBackup::replace(const std::string& made,
                                                             const std::string& store,
                                                             const std::string& time) {
    return TRY(replace_store(made, store, time)).string();
}

void SqliteBackup::remove(const std::string& store) {
    remove_database(store);
}

std::string SqliteBackup::older_copy_of(const std::string& store) const {
    return store + std::string(kOlderCopy);
}

base::Result<std::unique_ptr<ports::ChangeCounter>, std::string> SqliteBackup::watch(
    const std::string& database) {
    auto opened = Database::open(database, {}, OpenMode::ReadOnly);
    if (!opened) return base::Failure{database + " cannot be opened"};
    return std::unique_ptr<ports::ChangeCounter>(
        std::make_unique<DataVersion>(database, std::move(opened).value()));
}

}  // namespace botcore::store_sqlite
