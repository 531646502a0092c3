#include "shell/sqlite/rebuild.hpp"

#include "protocol/time_text.hpp"
#include "runtime/verify.hpp"
#include "shell/files/durable_file.hpp"
#include "shell/sqlite/sqlite_store.hpp"

#include <array>
#include <chrono>
#include <memory>

namespace botcore::shell::sqlite {

namespace fs = std::filesystem;

namespace {

constexpr std::array kCompanions{"", "-wal", "-shm", "-reserve"};

void remove_all_of(const std::string& path) {
    std::error_code ignored;
    for (const char* part : kCompanions)
        fs::remove(path + part, ignored);
}

base::Result<std::unique_ptr<SqliteStore>, std::string> open_store(const std::string& path) {
    SqliteOptions options;
    options.path = path;
    options.reserve_bytes = 0;
    auto opened = SqliteStore::open(std::move(options));
    if (!opened) return base::Failure{path + ": " + opened.error().text()};
    return std::move(opened).value();
}

std::string utc_now() {
    return protocol::to_compact_iso8601(
        base::Timestamp::from_microseconds(std::chrono::duration_cast<std::chrono::microseconds>(
                                               std::chrono::system_clock::now().time_since_epoch())
                                               .count()));
}

/// N1: the old file gets its second name first, then the new one takes the first name in one step.
base::Outcome<std::string> replace(const std::string& path,
                                   const std::string& rebuilt,
                                   const std::string& before) {
    const fs::path folder = fs::path(path).parent_path();
    std::error_code error;
    fs::create_hard_link(path, before, error);
    if (!error) (void)TRY(files::sync_folder(folder));
    if (!error) fs::rename(rebuilt, path, error);
    if (error) return base::Failure{"cannot put " + path + " in place: " + error.message()};
    return files::sync_folder(folder);
}

base::Outcome<std::string> prove(SqliteStore& store) {
    const auto report = runtime::verify(store.reader(), {});
    if (!report) return base::Failure{std::string("what was made anew cannot be read")};
    if (report.value().clean()) return base::Done{};
    return base::Failure{"what was made anew is not clean: " +
                         report.value().findings.front().text};
}

/// Both stores are closed when it returns, so nothing is left in their logs.
base::Result<model::Head, std::string> make_anew(const std::string& path,
                                                 const std::string& rebuilt,
                                                 const runtime::RefoldProgress& progress) {
    const auto old = TRY(open_store(path));
    const auto fresh = TRY(open_store(rebuilt));
    const auto head = old->reader().head();
    if (!head) return base::Failure{std::string("the journal's head cannot be read")};
    auto made = runtime::refold(old->reader(), *fresh, head.value().sequence, progress);
    if (!made) {
        return base::Failure{"record " + std::to_string(made.error().sequence) + ": " +
                             made.error().text};
    }
    if (made.value().hash != head.value().hash) {
        return base::Failure{std::string("the journal does not end at the stored head")};
    }
    (void)TRY(prove(*fresh));
    return made.value();
}

}  // namespace

base::Result<Rebuilt, std::string> rebuild(const fs::path& path,
                                           const runtime::RefoldProgress& progress) {
    const fs::path whole = fs::absolute(path);
    const std::string rebuilt = whole.string() + "-rebuilt";
    remove_all_of(rebuilt);  // What an earlier try left.
    auto head = make_anew(whole.string(), rebuilt, progress);
    if (!head) {
        remove_all_of(rebuilt);
        return base::Failure{head.error()};
    }
    const std::string before = whole.string() + "-before-" + utc_now();
    (void)TRY(replace(whole.string(), rebuilt, before));
    return Rebuilt{head.value(), before};
}

}  // namespace botcore::shell::sqlite
