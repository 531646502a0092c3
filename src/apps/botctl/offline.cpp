#include "apps/botctl/offline.hpp"

#include "adapters/store_sqlite/file_reader.hpp"
#include "host/whole_file.hpp"

#include <utility>

namespace botcore::botctl {

base::Result<OfflineStore, std::string> OfflineStore::open(const std::filesystem::path& data) {
    const std::filesystem::path path = data / "botcore.db";
    if (!TRY(host::is_there(path))) {
        return base::Failure{"there is no store at " + path.string()};
    }
    OfflineStore store(path.string());
    store.reader_ = TRY(store_sqlite::open_reader(store.path_));
    return store;
}

ports::StoreResult<core::State> OfflineStore::state() {
    auto opened = store_sqlite::open_session(path_);
    if (!opened) return base::Failure{ports::StoreError::Unavailable};
    store_sqlite::ReadSession client = std::move(opened).value();
    const ports::OpenState snapshot = TRY(client.load());
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
        state.accounts[row.account].orders[row.number] = {
            row, snapshot.trade_ids.at(row.number), std::nullopt, std::nullopt};
    }
    return state;
}

}  // namespace botcore::botctl
