#include "adapters/store_sqlite/store_file.hpp"

#include "adapters/store_sqlite/schema.hpp"
#include "host/durable_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace botcore::store_sqlite {

namespace {

bool exists(const std::string& path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0;
}

bool is_empty(const std::string& path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 && status.st_size == 0;
}

base::Failure<OpenError> failure(OpenError::Kind kind, std::string expected, std::string received) {
    return {OpenError{kind, std::move(expected), std::move(received)}};
}

base::Failure<OpenError> system_failure(std::string expected) {
    return failure(OpenError::Kind::CannotOpen, std::move(expected), std::strerror(errno));
}

SqlOutcome write_new(const std::string& path, const std::string& vfs) {
    Database database = TRY(Database::open(path, vfs, OpenMode::Create));
    TRY(database.execute("PRAGMA page_size = 4096"));
    TRY(database.execute("PRAGMA synchronous = FULL"));
    return create_schema(database);
}

}  // namespace

OpenError open_error(const SqlError& error, std::string expected) {
    OpenError result;
    result.kind = kind_of(error) == ErrorKind::Corrupt ? OpenError::Kind::Corrupt
                                                       : OpenError::Kind::CannotOpen;
    result.expected = std::move(expected);
    result.received = sqlite3_errstr(error.code);
    if (error.system_error != 0) {
        result.received += std::string(" (") + std::strerror(error.system_error) + ")";
    }
    return result;
}

OpenOutcome ensure_file(const SqliteOptions& options) {
    const std::string& path = options.path;
    if (is_empty(path)) {
        return failure(OpenError::Kind::Corrupt, "a database at " + path, "an empty file");
    }
    if (exists(path)) return base::Done{};
    for (const char* const companion : {"-wal", "-reserve"}) {
        if (!exists(path + companion)) continue;
        return failure(OpenError::Kind::Corrupt,
                       "the database " + path + " beside its companion " + path + companion,
                       "no such file");
    }
    const std::string fresh = path + "-new";
    for (const char* const left_over : {"", "-journal"}) {
        const std::string name = fresh + left_over;
        if (exists(name) && unlink(name.c_str()) != 0) return system_failure("to remove " + name);
    }
    const SqlOutcome written = write_new(fresh, options.vfs);
    if (!written) return base::Failure{open_error(written.error(), "to create " + fresh)};
    if (std::rename(fresh.c_str(), path.c_str()) != 0) return system_failure("to create " + path);
    const auto synced = host::sync_folder(std::filesystem::path(path).parent_path());
    if (synced) return base::Done{};
    return failure(OpenError::Kind::CannotOpen, "a synced folder of " + path, synced.error());
}

SqlResult<std::int64_t> schema_version(Database& database) {
    auto read = database.integer("SELECT value FROM meta WHERE name = 'schema_version'");
    const bool no_such_table = !read && read.error().code == SQLITE_ERROR;
    return no_such_table ? SqlResult<std::int64_t>(0) : std::move(read);
}

SqlResult<std::optional<OpenError>> check_file(Database& database) {
    using Kind = OpenError::Kind;
    const std::int64_t application = TRY(database.integer("PRAGMA application_id"));
    if (application != kApplicationId) {
        return std::optional(OpenError{Kind::NotOurs,
                                       "application id " + std::to_string(kApplicationId),
                                       std::to_string(application)});
    }
    const std::int64_t version = TRY(schema_version(database));
    if (version > kSchemaVersion) {
        return std::optional(
            OpenError{Kind::SchemaTooNew,
                      "schema version " + std::to_string(kSchemaVersion) + " or older",
                      std::to_string(version)});
    }
    if (version < 1) {
        return std::optional(
            OpenError{Kind::Corrupt,
                      "a schema version from 1 to " + std::to_string(kSchemaVersion),
                      version == 0 ? "no version" : std::to_string(version)});
    }
    return std::optional<OpenError>{};
}

}  // namespace botcore::store_sqlite
