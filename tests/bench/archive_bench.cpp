#include "tests/bench/archive_bench.hpp"

#include "adapters/archive_folder/folder_repository.hpp"
#include "adapters/store_sqlite/sqlite_backup.hpp"
#include "host/system_clock.hpp"
#include "services/archive/restore.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace botcore::bench {

std::optional<RestoreTimes> measure_restore(const std::filesystem::path& store,
                                            const std::filesystem::path& folder) {
    using Clock = std::chrono::steady_clock;
    std::filesystem::create_directories(folder);
    auto repository = archive_folder::FolderRepository::open(folder / "vault");
    const auto key = archive::ArchiveKey::create(folder / "key");
    store_sqlite::SqliteBackup stores;
    const auto copied = stores.copy(store, folder / "copy.db", ports::CopyPace::Full, {});
    if (!repository || !key || !copied) return std::nullopt;
    const auto owned = std::move(repository).value();
    archive::Archive vault(*owned, key.value());
    const base::Timestamp now = host::wall_time();
    if (!vault.begin_timeline(model::kFirstTimeline, {.created = now})) return {};
    const auto put = archive::put_snapshot(vault, {stores, folder / "copy.db"}, now, {});
    if (!put) return std::nullopt;
    RestoreTimes times;
    const auto began = Clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(Clock::now() - began).count();
    };
    const archive::Progress progress = [&](std::string_view what, std::uint64_t, std::uint64_t) {
        if (what != "checked") times.fetch_s = seconds();
    };
    std::vector<archive::ArchiveError> warnings;
    const auto restored =
        archive::restore_into(vault, {}, {stores, folder / "restored.db"}, progress, warnings);
    times.restore_s = seconds();
    if (!restored || !warnings.empty()) return std::nullopt;
    times.bytes = std::filesystem::file_size(folder / "restored.db");
    return times;
}

}  // namespace botcore::bench
