#include "adapters/store_sqlite/copy_database.hpp"

#include "adapters/store_sqlite/database.hpp"
#include "adapters/store_sqlite/replace_store.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <system_error>
#include <thread>

namespace botcore::store_sqlite {

namespace {

using ports::CopyPace;
using ports::CopyProgress;

/// The number of pages that one step copies: 1 MiB in all.
constexpr int kPagesAtOnce = 256;

std::string copy_error(const std::filesystem::path& file, int code) {
    return file.string() + ": " + sqlite3_errstr(code);
}

/// Holds a read transaction, so that all pages come from one state of the source.
SqlOutcome hold(Database& source) {
    TRY(source.execute("BEGIN"));
    (void)TRY(source.integer("SELECT COUNT(*) FROM sqlite_schema"));
    return base::Done{};
}

struct Finish {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

int copy_pages(Database& source, Database& target, CopyPace pace, const CopyProgress& progress) {
    const std::unique_ptr<sqlite3_backup, Finish> backup(
        sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
    if (!backup) return sqlite3_errcode(target.handle());
    while (true) {
        const auto began = std::chrono::steady_clock::now();
        const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
        if (code != SQLITE_OK) return code;
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        if (progress) progress(total - left, total);
        if (pace == CopyPace::Gentle) {
            std::this_thread::sleep_for(2 * (std::chrono::steady_clock::now() - began));
        }
    }
}

base::Outcome<std::string> copy_whole(const std::filesystem::path& from,
                                      const std::filesystem::path& to,
                                      CopyPace pace,
                                      const CopyProgress& progress) {
    auto source = Database::open(from, {}, OpenMode::ReadOnly);
    if (!source) return base::Failure{copy_error(from, source.error().code)};
    Database held = std::move(source).value();
    if (const auto begun = hold(held); !begun) {
        return base::Failure{copy_error(from, begun.error().code)};
    }
    auto created = Database::open(to, {}, OpenMode::Create);
    if (!created) return base::Failure{copy_error(to, created.error().code)};
    Database target = std::move(created).value();
    if (const auto synced = target.execute("PRAGMA synchronous = FULL"); !synced) {
        return base::Failure{copy_error(to, synced.error().code)};
    }
    const int code = copy_pages(held, target, pace, progress);
    if (code != SQLITE_DONE) return base::Failure{copy_error(to, code)};
    return base::Done{};
}

}  // namespace

base::Outcome<std::string> copy_database(const std::filesystem::path& from,
                                         const std::filesystem::path& to,
                                         CopyPace pace,
                                         const CopyProgress& progress) {
    remove_database(to);
    auto copied = copy_whole(from, to, pace, progress);
    if (!copied) remove_database(to);
    return copied;
}

}  // namespace botcore::store_sqlite
