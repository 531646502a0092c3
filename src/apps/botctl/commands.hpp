#pragma once

/// What botctl can do, one function a command; each answers its exit status.

#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/daemon_client.hpp"
#include "apps/botctl/listing.hpp"
#include "shell/config/given_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace botcore::botctl {

struct OrderArguments {
    std::string symbol;
    std::string side;
    std::string quantity;
    std::string type;  ///< Empty: what the prices make it.
    std::string price;
    std::string stop_price;    ///< Makes it a stop.
    std::string target_price;  ///< Makes it a take-profit.
    std::string stop_loss;     ///< Attached to what the order opens, as the next ones.
    std::string take_profit;
    std::string trail_activation;  ///< Ratios; empty: the distance.
    std::string trail_distance;
    std::string time_in_force;
    bool reduce_only = false;
};

/// What an amendment changes; empty means that it stays.
struct AmendArguments {
    std::string price;
    std::string stop_price;
    std::string quantity;  ///< In all, with what was filled already.
};

/// The account and the safety options of a command that changes something.
struct CommandOptions {
    std::string account = "futures";
    std::string key;
    std::string if_match;
    std::string timeline;  ///< Of `if_match`.
};

/// A request with the safety options.
[[nodiscard]] ClientRequest request_of(std::string_view method,
                                       std::string path,
                                       const CommandOptions& options);

/// What `events` listens to; empty lists mean all there is, prices apart.
struct EventArguments {
    std::vector<std::string> channels;
    std::vector<std::string> accounts;
    std::vector<std::string> symbols;
    std::optional<std::uint64_t> since;
    std::string timeline;  ///< Of `since`.
    bool follow = false;   ///< Go on after what is there already.
};

struct UserArguments {
    std::string id;
    std::string email;
    std::string name;  ///< Of the user, or of the token.
    std::string role = "trader";
};

struct JournalRange {
    std::uint64_t from = 1;
    std::uint64_t to = ~std::uint64_t{0} >> 1U;
};

// Through the daemon.
struct StatusArguments {
    bool watch = false;  ///< Again and again, until it is stopped.
    std::uint64_t every_seconds = 2;
};

/// The one screen: mode, cause and page to read, maintenance, accounts that may not trade, orders
/// without a known outcome, unprotected quantities, backups, the last start and the journal. Exit
/// status 0 where the daemon is healthy.
int status(DaemonClient& client, const StatusArguments& args);
int book(DaemonClient& client, const std::string& symbol, const std::string& market);
int events(DaemonClient& client, EventArguments args);
int place_order(DaemonClient& client, const CommandOptions& options, const OrderArguments& args);
int cancel_order(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& order,
                 const std::string& reason);
/// Cancels every order of the account, or of a symbol; `protective`: the stops of positions, too.
int cancel_all(DaemonClient& client,
               const CommandOptions& options,
               const std::string& symbol,
               bool protective);
/// Cancels what could open something and closes all positions. Exit status 1 where an exit failed.
int flatten(DaemonClient& client, const CommandOptions& options);
/// Cancels the order and places one with what is left of it in its stead, which is behind others at
/// its price.
int amend_order(DaemonClient& client,
                const CommandOptions& options,
                const std::string& order,
                const AmendArguments& args);
int close_position(DaemonClient& client, const CommandOptions& options, const std::string& symbol);
int set_leverage(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& symbol,
                 const std::string& leverage);
/// Names what would go and asks.
int reset_account(DaemonClient& client, const CommandOptions& options, Agreed agreed);
int transfer(DaemonClient& client,
             const CommandOptions& options,
             const std::string& to,
             const std::string& amount,
             const std::string& asset);
int open_account(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& market,
                 const std::string& deposit);

struct ReconcileArguments {
    std::string user = "all";  ///< An owner, or all.
    std::string account;       ///< Empty: all of them.
    bool fix = false;          ///< Propose a way out of each mismatch.
    bool yes = false;          ///< Take it without asking.
};

/// Compares with the exchange now and shows both sides. Exit status 1 where they differ, or where a
/// fix was refused.
int reconcile(DaemonClient& client, const ReconcileArguments& args);
/// Freezes an account, or lets it trade again.
int set_account_state(DaemonClient& client,
                      const CommandOptions& options,
                      const std::string& state,
                      const std::string& reason);

/// What `maintenance schedule` and `maintenance on` are told; empty means the door's default.
struct MaintenancePlan {
    std::string begin;
    std::uint64_t minutes = 0;
    std::string text;
    bool emergency = false;
};

int maintenance_status(DaemonClient& client);
int maintenance_schedule(DaemonClient& client,
                         const CommandOptions& options,
                         const MaintenancePlan& plan);
int maintenance_cancel(DaemonClient& client,
                       const CommandOptions& options,
                       const std::string& window);
int maintenance_on(DaemonClient& client,
                   const CommandOptions& options,
                   const MaintenancePlan& plan);
int maintenance_off(DaemonClient& client, const CommandOptions& options, bool ramp);
int uptime(DaemonClient& client);

/// Does everything that matters work? Looks at the health, then places and cancels an order far
/// from the market on a paper account and reads it back. Exit status 0 only if all of it held.
int smoke(DaemonClient& client, const std::string& account);

/// The usual window, from the calendar; needs no daemon.
int maintenance_next(DaemonClient& client);

// About users; passwords come from the standard input.
int add_user(DaemonClient& client, const UserArguments& args);
int list_users(DaemonClient& client);
int set_role(DaemonClient& client, const UserArguments& args);
int set_active(DaemonClient& client, const UserArguments& args, bool active);
int set_password(DaemonClient& client, const UserArguments& args);
int login(DaemonClient& client, const UserArguments& args);
int audit(DaemonClient& client, const UserArguments& args, const ListArguments& list);

// Through the daemon, on the files where it does not run.
int account(DaemonClient& client, const std::string& account);
int accounts(DaemonClient& client);
/// `which`: open, failed or all.
int orders(DaemonClient& client,
           const std::string& account,
           const std::string& which,
           const ListArguments& args);
int positions(DaemonClient& client, const std::string& account);
int history(DaemonClient& client, const std::string& account, const ListArguments& args);
/// On the files: the prices of the newest trades of one's own.
int prices(DaemonClient& client, const std::string& market);
int explain(DaemonClient& client, const std::string& order);
/// The last records, a line each for people.
int journal_tail(DaemonClient& client, std::uint64_t count);
int journal_export(DaemonClient& client, const JournalRange& range);

// On the files, whether the daemon runs or not.
/// Is everything in the store what the journal says? Each finding with kind, severity and action.
int check(DaemonClient& client);
/// Hands a report of scripts/consistency-check.sh to the daemon's log and event stream.
int report_check(DaemonClient& client, const std::string& result, const std::string& file);
/// What botcored would say to these settings: each with its origin, and a verdict at the end.
int check_config(DaemonClient& client, const shell::GivenSettings& given);

/// What the commands about the archive are told; empty means the configuration's, or the newest.
struct BackupArguments {
    std::string config_file;
    std::string from;                       ///< The repository.
    std::string key;                        ///< The key's file.
    std::string to;                         ///< The moment: a sequence, a time, an order's id.
    std::string copy_to;                    ///< Another place for the key.
    std::string folder = ".";               ///< Of an export.
    std::vector<std::string> participants;  ///< Of a drill.
    std::string drill;                      ///< The time of the report to sign.
    std::string by;
    std::string remark;
    std::uint32_t timeline = 0;
    bool dry_run = false;
    bool all = false;
    Agreed agreed = Agreed::Ask;
};

// On the archive, whether the daemon runs or not.
int list_backups(DaemonClient& client, const BackupArguments& args);
int create_backup(DaemonClient& client, const BackupArguments& args);
/// The newest snapshot, or all of them, restored into a scratch file and checked; then the records
/// behind the newest one.
int verify_backup(DaemonClient& client, const BackupArguments& args);
/// Names what would go and asks.
int prune_backups(DaemonClient& client, const BackupArguments& args);
int backup_key(DaemonClient& client, const BackupArguments& args);
int backup_history(DaemonClient& client);
int run_drill(DaemonClient& client, const BackupArguments& args);
int drill_history(DaemonClient& client);
/// Shows the report and asks whether the person signs it.
int sign_drill(DaemonClient& client, const BackupArguments& args);
/// One file with a snapshot of now, its timeline and the users, sealed as in an archive.
int export_backup(DaemonClient& client, const BackupArguments& args);

/// Puts the store back to a moment; the daemon must not run, except beside a dry run. Asks where
/// the store here has more than what is restored, or the moment is not in the archive.
int restore(DaemonClient& client, const BackupArguments& args);

/// Makes the rows anew from the journal, on the files of a daemon that does not run. Names which
/// rows are not what the journal says and asks.
int rebuild(DaemonClient& client, Agreed agreed);
/// An operator's word that records which are missing from the store are given up for ever.
int accept_lost_records(DaemonClient& client, Agreed agreed);

}  // namespace botcore::botctl
