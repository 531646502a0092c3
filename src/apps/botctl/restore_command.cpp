#include "apps/botctl/archive_access.hpp"
#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/newer_archives.hpp"
#include "apps/botctl/progress.hpp"
#include "apps/botctl/store_summary.hpp"
#include "apps/wiring/archive_link.hpp"
#include "base/time_text.hpp"
#include "base/whole_number.hpp"
#include "core/orders/client_order_id.hpp"
#include "host/data_folder.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"
#include "protocol/journal.hpp"
#include "services/archive/restore.hpp"
#include "services/archive/users_copy.hpp"

#include <unistd.h>

#include <optional>
#include <utility>

namespace botcore::botctl {
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// Parses "--to": a sequence, a time, an order's id, or nothing for the newest record.
base::Result<archive::RestoreTarget, std::string> moment_of(const BackupArguments& args) {
    archive::RestoreTarget moment;
    if (args.timeline != 0) moment.timeline = args.timeline;
    if (args.to.empty()) return moment;
    if (const auto sequence = base::whole_number<std::uint64_t>(args.to).value_or(0)) {
        moment.sequence = sequence;
        return moment;
    }
    if (const auto time = base::parse_iso8601(args.to)) {
        moment.time = *time;
        return moment;
    }
    if (const auto order = core::parse_client_order_id(args.to)) {
        moment.sequence = order->sequence;
        return moment;
    }
    return base::Failure{
        "--to: expected a record's sequence, a time such as 2026-11-23T12:00:00Z, "
        "or the id of an order, but received '" +
        args.to + "'"};
}

json::object to_json(const archive::Restored& restored) {
    json::object data;
    data["sequence"] = restored.head.sequence;
    data["hash"] = protocol::to_hex(restored.head.hash);
    data["time"] = base::to_iso8601(restored.head.time);
    data["timeline"] = restored.timeline;
    data["base"] = restored.base ? json::value(to_text(*restored.base)) : json::value(nullptr);
    data["records_folded"] = restored.records;
    data["state_hash"] = restored.state_hash;
    return data;
}

/// A temporary folder for a dry run, which may take place while the daemon runs, and also where
/// there is no data folder.
class Scratch {
public:
    [[nodiscard]] static base::Result<Scratch, std::string> make() {
        std::error_code error;
        std::string path = (fs::temp_directory_path(error) / "botctl-restore-XXXXXX").string();
        if (error || ::mkdtemp(path.data()) == nullptr) {
            return base::Failure{host::system_failure("make the folder", path).error +
                                 "; TMPDIR sets the folder for scratch files"};
        }
        return Scratch(path);
    }

    ~Scratch() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}

    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch& operator=(Scratch&&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    explicit Scratch(fs::path path) : path_(std::move(path)) {}

    fs::path path_;
};

/// The restored store compared with the store here.
struct Found {
    archive::Restored restored;
    StoreSummary backup;
    std::optional<StoreSummary> before;  ///< Empty: there is no local store, or it is unreadable.
    std::string unreadable;              ///< Why the store here is unreadable; otherwise empty.
    Loss loss;
    std::string beyond;  ///< A note if the target is after the newest record.
};

base::Result<Found, std::string> compared(ports::StoreBackup& stores,
                                          const archive::Restored& restored,
                                          const archive::RestoreTarget& moment,
                                          const fs::path& store,
                                          const fs::path& made) {
    Found found{restored, TRY(summarize_store(stores, made)), std::nullopt, {}, {}, {}};
    if (moment.time && restored.is_newest && restored.head.time < *moment.time) {
        found.beyond = "the archive ends before " + base::to_iso8601(*moment.time) +
                       ": its newest record is " + std::to_string(restored.head.sequence) + " of " +
                       base::to_iso8601(restored.head.time);
    }
    if (!TRY(host::is_there(store))) return found;
    auto before = summarize_store(stores, store);
    const auto loss = loss_between(stores, store, made);
    if (!before) found.unreadable = before.error();
    if (before) found.before = std::move(before).value();
    if (!loss) found.unreadable = loss.error();
    if (loss) found.loss = loss.value();
    return found;
}

/// Says what would be lost and what is uncertain; empty if neither applies.
std::vector<std::string> warnings_of(const Found& found) {
    std::vector<std::string> lines = to_lines(found.loss);
    if (!found.unreadable.empty()) {
        lines.push_back(found.unreadable + ": it is unknown what it has after record " +
                        std::to_string(found.restored.head.sequence));
    }
    if (!found.beyond.empty()) lines.push_back(found.beyond);
    return lines;
}

json::object to_json(const Found& found) {
    json::object data = to_json(found.restored);
    data["records_left_behind"] = found.loss.records();
    data["left_behind"] = to_json(found.loss);
    data["before"] = found.before ? json::value(to_json(*found.before)) : json::value(nullptr);
    data["backup"] = to_json(found.backup);
    return data;
}

void print(std::ostream& out, const Found& found) {
    out << "record " << found.restored.head.sequence << " of "
        << base::to_iso8601(found.restored.head.time) << " was restored and checked, state "
        << found.restored.state_hash << "\n";
    out << "before: "
        << (found.before               ? to_text(*found.before)
            : found.unreadable.empty() ? "there was no local store"
                                       : found.unreadable)
        << "\nbackup: " << to_text(found.backup) << "\n";
}

/// The command that starts the installed daemon: through its systemd unit if there is
/// one, otherwise through the script `run` of the checkout that botctl was built in, or through the
/// botcored program in the folder of botctl.
std::string start_command(const fs::path& data, const std::string& config_file) {
    std::error_code error;
    for (const char* const folder : {"/etc/systemd/system", "/usr/lib/systemd/system"}) {
        const bool unit = fs::exists(fs::path(folder) / "botcored.service", error) &&
                          fs::exists("/run/systemd/system", error);
        if (unit && data == "/var/lib/botcore") return "systemctl start botcored";
    }
    const fs::path programs = fs::read_symlink("/proc/self/exe", error).parent_path();
    const fs::path checkout = programs.parent_path().parent_path().parent_path();
    const bool built_here = programs == checkout / "build/release/bin";
    std::string command = built_here && fs::exists(checkout / "run", error)
                              ? (checkout / "run").string()
                              : (programs / "botcored").string();
    command += " --data " + data.string();
    if (!config_file.empty()) command += " --config " + fs::absolute(config_file).string();
    return command;
}

struct Places {
    fs::path store;
    fs::path made;
};

/// Replaces the store with the restored one, and adds the key and the users if they are missing.
archive::ArchiveResult<json::object> put_in_place(ArchiveAccess& access,
                                                  const NewerArchives& future,
                                                  const archive::Restored& restored,
                                                  const Places& places) {
    const auto& [store, made] = places;
    const auto here = [](const std::string& text) {
        return base::Failure{archive::ArchiveError{archive::ArchiveError::Kind::Store, {}, text}};
    };
    json::object data;
    const auto timeline = TRY(archive::begin_timeline(*access.archive,
                                                      restored,
                                                      {*access.stores, made},
                                                      now(),
                                                      future.newest_timeline(*access.key)));
    data["new_timeline"] = timeline.number;
    data["timeline_id"] = to_text(timeline);
    data["archives_to"] = future.places();
    const auto old = access.stores->replace(made, store, archive::names::compact_time(now()));
    if (!old) return here(old.error());
    data["old_file"] = old.value();
    // The daemon that starts here must continue with the archive's own key.
    const fs::path key = apps::archive_key_file(access.config, access.data);
    const auto has_key = host::is_there(key);
    if (!has_key) return here(has_key.error());
    if (!has_key.value()) {
        const auto copied = access.key->copy_to(key);
        if (!copied) return here(copied.error());
    }
    const fs::path users = access.data / "users.sqlite";
    const auto has_users = host::is_there(users);
    if (!has_users) return here(has_users.error());
    if (!has_users.value()) {
        data["users_restored"] =
            TRY(archive::fetch_users(*access.archive, restored.timeline, users));
    }
    return data;
}

int finish_dry_run(DaemonClient& client, const Found& found) {
    for (const auto& line : warnings_of(found))
        std::cerr << line << "\n";
    json::object data = to_json(found);
    data["dry_run"] = true;
    return client.show(data, [&](std::ostream& out, const json::value&) {
        print(out, found);
        out << "nothing was changed because this was a dry run\n";
    });
}

int finish_restore(DaemonClient& client,
                   const BackupArguments& args,
                   ArchiveAccess& access,
                   const Found& found,
                   const Places& places) {
    const auto doubts = warnings_of(found);
    if (!doubts.empty()) {
        const int status =
            ask(doubts,
                "Restore the store to record " + std::to_string(found.restored.head.sequence) +
                    " of " + base::to_iso8601(found.restored.head.time) + "?",
                args.agreed);
        if (status != kExitOk) {
            access.stores->remove(places.made);
            return status;
        }
    }
    // Ignores --from: the daemon archives to where its configuration says.
    const auto config = read_config(args.config_file);
    if (!config) return refused(client, config.error());
    const NewerArchives future(config.value(), *access.stores, access.data);
    const auto placed = put_in_place(access, future, found.restored, places);
    if (!placed) return refused(client, placed.error());
    const auto after = summarize_store(*access.stores, places.store);
    if (!after) return refused(client, after.error());
    json::object data = to_json(found);
    data["dry_run"] = false;
    for (const auto& item : placed.value())
        data[item.key()] = item.value();
    data["after"] = to_json(after.value());
    const auto file = host::settings_file(args.config_file);
    const std::string start = start_command(access.data, file ? file.value() : args.config_file);
    data["start"] = start;
    return client.show(data, [&](std::ostream& out, const json::value& value) {
        print(out, found);
        out << "after:  " << to_text(after.value()) << "\n";
        const auto& old = value.at("old_file").as_string();
        if (!old.empty()) out << "the old store was kept as " << std::string_view(old) << "\n";
        future.print(out, value, access.archive->place());
        out << "start the service: " << start
            << "\nit begins a new term, compares every account with its exchange, and accepts "
               "entries only for those that agree; then check botctl reconcile\n";
    });
}

int restore_to(DaemonClient& client,
               const BackupArguments& args,
               ArchiveAccess& access,
               const archive::RestoreTarget& moment,
               const Places& places) {
    ProgressLine line;
    std::vector<archive::ArchiveError> warnings;
    const auto restored = archive::restore_into(
        *access.archive, moment, {*access.stores, places.made}, line.as_progress(), warnings);
    line.end();
    for (const auto& warning : warnings)
        std::cerr << "botctl: warning: " << said(warning) << "\n";
    if (!restored) return refused(client, restored.error());
    const auto found =
        compared(*access.stores, restored.value(), moment, places.store, places.made);
    if (!found) return refused(client, found.error());
    return args.dry_run ? finish_dry_run(client, found.value())
                        : finish_restore(client, args, access, found.value(), places);
}

}  // namespace

int restore(DaemonClient& client, const BackupArguments& args) {
    const auto moment = moment_of(args);
    if (!moment) {
        std::cerr << "botctl: " << moment.error() << "\n";
        return kExitUsage;
    }
    auto opened = open_archive(client, args);
    if (!opened) return refused(client, opened.error());
    ArchiveAccess& access = *opened.value();
    if (args.dry_run) {
        const auto scratch = Scratch::make();
        if (!scratch) return refused(client, scratch.error());
        return restore_to(client,
                          args,
                          access,
                          moment.value(),
                          {access.data / "botcore.db", scratch.value().path() / "restored.db"});
    }
    const auto folder = host::DataFolder::open(access.data);
    if (!folder) return refused(client, folder.error());
    const fs::path store = folder.value().store();
    return restore_to(client, args, access, moment.value(), {store, store.string() + "-restored"});
}

}  // namespace botcore::botctl
