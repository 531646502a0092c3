#include "apps/botctl/offline.hpp"

#include "shell/sqlite/reader.hpp"
#include "shell/sqlite/schema.hpp"
#include "shell/sqlite/store_file.hpp"

namespace botcore::botctl {

namespace sqlite = shell::sqlite;

namespace {

base::Result<sqlite::ReadSession, std::string> open_session(const std::string& path) {
    auto opened = sqlite::Database::open(path, {}, sqlite::OpenMode::ReadOnly);
    if (!opened) {
        return base::Failure{std::string("expected a readable store at " + path +
                                         ", SQLite answers with code " +
                                         std::to_string(opened.error().code))};
    }
    sqlite::Database database = std::move(opened).value();
    const auto verdict = sqlite::judge_file(database);
    if (!verdict) {
        return base::Failure{std::string("the store at " + path + " cannot be read, code " +
                                         std::to_string(verdict.error().code))};
    }
    if (verdict.value()) {
        const bool newer = verdict.value()->kind == sqlite::OpenError::Kind::SchemaTooNew;
        return base::Failure{path + ": " + verdict.value()->text() +
                             (newer ? "; use the botctl of the version that wrote it" : "")};
    }
    const auto version = sqlite::schema_version(database);
    if (version && version.value() < sqlite::kSchemaVersion) {
        return base::Failure{"the store at " + path + " has schema version " +
                             std::to_string(version.value()) + ", expected " +
                             std::to_string(sqlite::kSchemaVersion) +
                             "; start this version's botcored on the folder once, which brings the "
                             "store up to date, or use the botctl of the version that wrote it"};
    }
    auto session = sqlite::ReadSession::open(std::move(database));
    if (!session) {
        return base::Failure{std::string("the store at " + path + " cannot be read, code " +
                                         std::to_string(session.error().code))};
    }
    return std::move(session).value();
}

}  // namespace

base::Result<OfflineStore, std::string> OfflineStore::open(const std::filesystem::path& data) {
    const std::filesystem::path path = data / "botcore.db";
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return base::Failure{"there is no store at " + path.string()};
    }
    OfflineStore store(path.string());
    auto latest = TRY(open_session(store.path_));
    auto snapshot = TRY(open_session(store.path_));
    store.reader_ = std::make_unique<sqlite::SqliteReader>(std::move(latest), std::move(snapshot));
    return store;
}

ports::StoreResult<core::State> OfflineStore::state() {
    auto opened = open_session(path_);
    if (!opened) return base::Failure{ports::StoreError::Unavailable};
    sqlite::ReadSession session = std::move(opened).value();
    const ports::Snapshot snapshot = TRY(session.load());
    core::State state;
    state.sequence = snapshot.head.sequence;
    state.epoch = snapshot.head.epoch;
    state.time = snapshot.head.time;
    for (const auto& row : snapshot.instruments)
        state.instruments[row.id] = row;
    for (const auto& row : snapshot.accounts)
        state.accounts[row.id].account = row;
    for (const auto& row : snapshot.balances)
        state.accounts[row.account].balances[row.asset] = row;
    for (const auto& row : snapshot.positions) {
        state.accounts[row.account].positions[row.instrument] = row;
    }
    for (const auto& row : snapshot.orders) {
        state.accounts[row.order.account].orders[row.order.number] = {
            row.order, row.trade_ids, std::nullopt};
    }
    return state;
}

}  // namespace botcore::botctl
