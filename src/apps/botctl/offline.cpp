#include "apps/botctl/offline.hpp"

#include "apps/wiring/store_backup.hpp"
#include "apps/wiring/store_repair.hpp"
#include "host/whole_file.hpp"

#include <utility>

namespace botcore::botctl {

base::Result<OfflineStore, std::string> OfflineStore::open(const std::filesystem::path& data) {
    const std::filesystem::path path = data / "botcore.db";
    if (!TRY(host::is_there(path))) {
        return base::Failure{"there is no store at " + path.string()};
    }
    OfflineStore store(path.string());
    store.reader_ = TRY(apps::make_store_backup()->open_reader(store.path_));
    return store;
}

ports::StoreResult<core::State> OfflineStore::state() {
    const ports::OpenState snapshot = TRY(apps::load_store(path_));
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
