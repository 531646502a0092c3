#include "apps/wiring/service_store.hpp"

#include "adapters/store_sqlite/sqlite_services.hpp"

#include <utility>

namespace botcore::apps {

namespace {

namespace fs = std::filesystem;

/// Renames the file and its companions. Returns the new name.
base::Result<std::string, std::string> set_aside(const fs::path& file, base::Timestamp now) {
    const std::string suffix = ".damaged-" + std::to_string(now.in_milliseconds());
    for (const char* companion : {"", "-wal", "-shm"}) {
        std::error_code error;
        const fs::path from = file.string() + companion;
        if (!fs::exists(from, error)) continue;
        fs::rename(from, file.string() + suffix + companion, error);
        if (error) return base::Failure{"cannot rename " + from.string() + ": " + error.message()};
    }
    return file.string() + suffix;
}

}  // namespace

base::Result<OpenedServiceStore, std::string> open_service_store(
    const fs::path& data, base::Timestamp now, std::function<void(std::function<void()>)> post) {
    const fs::path file = data / "services.sqlite";
    auto opened = store_sqlite::SqliteServices::open(file.string(), post);
    if (opened) return OpenedServiceStore{.store = std::move(opened).value()};
    const std::string aside = TRY(set_aside(file, now));
    auto fresh = TRY(store_sqlite::SqliteServices::open(file.string(), std::move(post)));
    return OpenedServiceStore{
        .store = std::move(fresh),
        .note = "Waiting notices and firing alerts of earlier runs are lost: " + opened.error() +
                "; the file is kept as " + aside};
}

}  // namespace botcore::apps
