#include "apps/botctl/archive_access.hpp"

#include "apps/wiring/archive_link.hpp"
#include "apps/wiring/store_backup.hpp"
#include "host/data_owner.hpp"
#include "host/system_clock.hpp"
#include "observability/redact.hpp"

#include <unistd.h>

#include <utility>

namespace botcore::botctl {
namespace fs = std::filesystem;

using archive::ArchiveError;

base::Timestamp now() {
    return host::wall_time();
}

base::Result<host::Config, std::string> read_config(const std::string& file) {
    auto gathered = host::gather_settings({.file = file, .flags = {}, .sets = {}}, environ);
    if (gathered.mistakes.empty()) return std::move(gathered.config);
    std::string text;
    for (const std::string& mistake : gathered.mistakes)
        text += (text.empty() ? "" : "\n") + mistake;
    return base::Failure{std::move(text)};
}

base::Result<std::unique_ptr<ArchiveAccess>, std::string> open_archive(
    const DaemonClient& client, const BackupArguments& args) {
    auto opened = std::make_unique<ArchiveAccess>();
    opened->stores = apps::make_store_backup();
    opened->config = TRY(read_config(args.config_file));
    if (args.from.starts_with("s3://")) {
        (void)TRY(opened->config.set("archive.repository", args.from, "--from"));
    } else if (!args.from.empty()) {
        const fs::path folder = fs::absolute(args.from);
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            return base::Failure{
                "--from: expected the folder of an archive or an s3:// address, but " +
                folder.string() + " is not a folder"};
        }
        (void)TRY(opened->config.set("archive.repository", folder.string(), "--from"));
    }
    opened->data = fs::absolute(client.settings().data);
    const fs::path file = args.key.empty() ? apps::archive_key_file(opened->config, opened->data)
                                           : fs::path(args.key);
    auto key = archive::ArchiveKey::load(file);
    // The user is changed before the repository is opened, because opening it may remove files that
    // a crash left in its folder.
    (void)TRY(work_as_owner_of(opened->data));
    const auto makers =
        TRY(apps::repositories_of(opened->config, opened->data, apps::NewArchives::Refuse));
    if (makers.empty()) {
        return base::Failure{
            std::string("archive.repository is none, so there is no archive; name one with "
                        "--from")};
    }
    opened->place = apps::archive_places(opened->config, opened->data).front().place;
    opened->key = TRY(std::move(key));
    opened->repository = TRY(makers.front()());
    opened->archive = std::make_unique<archive::Archive>(*opened->repository, *opened->key);
    return opened;
}

base::Outcome<std::string> work_as_owner_of(const fs::path& data) {
    const std::string changed = TRY(host::become_owner_of(data));
    if (!changed.empty()) std::cerr << "botctl: " << changed << "\n";
    return base::Done{};
}

std::string said(const ArchiveError& error) {
    std::string text(to_text(error.kind));
    if (!error.object.empty()) text += " at " + error.object;
    return text + ": " + error.text;
}

int refused(DaemonClient& client, const ArchiveError& error) {
    using Kind = ArchiveError::Kind;
    const bool away = error.kind == Kind::Unavailable || error.kind == Kind::Refused;
    if (away) return client.unavailable(said(error));
    std::cerr << "botctl: " << observability::redact(said(error)) << "\n";
    return kExitNegative;
}

int refused(DaemonClient& client, const std::string& text) {
    return client.unavailable(observability::redact(text));
}

}  // namespace botcore::botctl
