#include "shell/sqlite/rebuild.hpp"

#include "runtime/verify.hpp"
#include "shell/sqlite/sqlite_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
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
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    (void)::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    (void)std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return text.data();
}

base::Outcome<std::string> sync_folder(const fs::path& folder) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!synced) return base::Failure{"cannot sync " + folder.string()};
    return base::Done{};
}

/// N1: the old file gets its second name first, then the new one takes the first name in one step.
base::Outcome<std::string> replace(const std::string& path,
                                   const std::string& rebuilt,
                                   const std::string& before) {
    const fs::path folder = fs::path(path).parent_path();
    std::error_code error;
    fs::create_hard_link(path, before, error);
    if (!error) (void)TRY(sync_folder(folder));
    if (!error) fs::rename(rebuilt, path, error);
    if (error) return base::Failure{"cannot put " + path + " in place: " + error.message()};
    return sync_folder(folder);
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
