#include "adapters/store_sqlite/replace_store.hpp"

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace botcore::store_sqlite {

namespace fs = std::filesystem;

namespace {

/// Opening and closing copies the log into the file. If the file is too damaged for that, nothing
/// happens.
void close_cleanly(const fs::path& store) {
    SqliteOptions options;
    options.path = store;
    options.reserve_bytes = 0;
    (void)SqliteStore::open(std::move(options));
}

base::Outcome<std::string> keep(const fs::path& store, const fs::path& before) {
    std::error_code error;
    fs::create_hard_link(store, before, error);
    if (error)
        return base::Failure{"cannot keep the old file " + store.string() + ": " + error.message()};
    const fs::path log = store.string() + "-wal";
    if (TRY(host::is_there(log))) {
        fs::create_hard_link(log, before.string() + "-wal", error);
        if (error)
            return base::Failure{"cannot keep the old file " + log.string() + ": " +
                                 error.message()};
    }
    return base::Done{};
}

}  // namespace

base::Result<fs::path, std::string> replace_store(const fs::path& made,
                                                  const fs::path& store,
                                                  const std::string& time) {
    std::error_code error;
    fs::path before;
    if (TRY(host::is_there(store))) {
        close_cleanly(store);
        // A file of an interrupted attempt within the same second keeps its name.
        const std::string name = store.string() + "-before-" + time;
        before = name;
        for (int number = 2; fs::exists(before, error); ++number)
            before = name + "-" + std::to_string(number);
        (void)TRY(keep(store, before));
        (void)TRY(host::sync_folder(store.parent_path()));
    }
    // A log of the old file must never lie beside the new file.
    for (const char* part : std::array{"-wal", "-shm"})
        fs::remove(store.string() + part, error);
    (void)TRY(host::sync_folder(store.parent_path()));
    fs::rename(made, store, error);
    if (error)
        return base::Failure{"cannot put " + store.string() + " in place: " + error.message()};
    (void)TRY(host::sync_folder(store.parent_path()));
    return before;
}

void remove_database(const std::filesystem::path& file) {
    std::error_code ignored;
    for (const char* part : std::array{"", "-wal", "-shm", "-journal", "-reserve"})
        std::filesystem::remove(file.string() + part, ignored);
}

}  // namespace botcore::store_sqlite
