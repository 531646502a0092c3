#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/progress.hpp"
#include "apps/wiring/archive_places.hpp"
#include "apps/wiring/repository_place.hpp"
#include "apps/wiring/store_backup.hpp"
#include "services/archive/export.hpp"

namespace botcore::botctl {
namespace fs = std::filesystem;
namespace json = boost::json;

int export_backup(DaemonClient& client, const BackupArguments& args) {
    const auto config = read_config(args.config_file);
    if (!config) return refused(client, config.error());
    const fs::path data = fs::absolute(client.settings().data);
    const auto key = archive::ArchiveKey::load(
        args.key.empty() ? apps::archive_key_file(config.value(), data) : fs::path(args.key));
    if (!key) return refused(client, key.error());
    if (const auto working = work_as_owner_of(data); !working) {
        return refused(client, working.error());
    }
    const auto stores = apps::make_store_backup();
    ProgressLine line;
    const auto done = archive::export_backup({.stores = *stores,
                                              .make_repository = apps::make_folder_repository,
                                              .store = data / "botcore.db",
                                              .users = data / "users.sqlite",
                                              .scratch = data / "export-scratch",
                                              .folder = fs::absolute(args.folder)},
                                             key.value(),
                                             now(),
                                             line.as_progress());
    line.end();
    if (!done) return refused(client, done.error());
    json::object shown = to_json(done.value().snapshot);
    shown["file"] = done.value().file.string();
    shown["file_bytes"] = done.value().bytes;
    shown["state_hash"] = done.value().state_hash;
    return client.show(shown, [&](std::ostream& out, const json::value&) {
        out << "wrote " << done.value().file.string() << ", " << done.value().bytes
            << " bytes; a test restore was complete, state " << done.value().state_hash
            << "\nto use it: unpack it with tar into an empty folder, then botctl restore --from "
               "FOLDER --key "
            << "FILE\n";
    });
}

}  // namespace botcore::botctl
