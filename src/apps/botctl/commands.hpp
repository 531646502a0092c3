#pragma once

/// The commands of botctl, one function each; each returns its exit status.

#include "apps/botctl/confirmation.hpp"
#include "apps/botctl/daemon_client.hpp"
#include "apps/botctl/listing.hpp"
#include "host/given_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace botcore::botctl {

struct OrderArguments {
    std::string symbol;
    std::string side;
    std::string quantity;
    std::string type;  ///< Empty: derived from the prices that are given.
    std::string price;
    std::string stop_price;    ///< Makes the order a stop.
    std::string target_price;  ///< Makes the order a take-profit.
    /// This stop and the next three fields are attached to the position that the order opens.
    std::string stop_loss;
    std::string take_profit;
    std::string trail_activation;  ///< A ratio; empty: equal to `trail_distance`.
    std::string trail_distance;
    std::string time_in_force;
    bool reduce_only = false;
};

/// The changes of an amendment; an empty field leaves the value of the order unchanged.
struct AmendArguments {
    std::string price;
    std::string stop_price;
    std::string quantity;  ///< The total, including what was already filled.
};

/// The account and the safety options of a command that changes something.
struct CommandOptions {
    std::string account = "futures";
    std::string key;
    std::string if_match;
    std::string timeline;  ///< The timeline of `if_match`.
};

/// Creates a request with the safety options of the command.
[[nodiscard]] ClientRequest request_of(std::string_view method,
                                       std::string path,
                                       const CommandOptions& options);

/// The filters of `events`. An empty list means no filter, except that price events are sent only
/// if their channel is named.
struct EventArguments {
    std::vector<std::string> channels;
    std::vector<std::string> accounts;
    std::vector<std::string> symbols;
    std::optional<std::uint64_t> since;
    std::string timeline;  ///< The timeline of `since`.
    bool follow = false;   ///< Continue after the existing events.
};

struct UserArguments {
    std::string id;
    std::string email;
    std::string name;  ///< The name of the user or of the token.
    std::string role = "trader";
};

struct JournalRange {
    std::uint64_t from = 1;
    std::uint64_t to = ~std::uint64_t{0} >> 1U;
};

// These need the daemon.
struct StatusArguments {
    bool watch = false;  ///< Repeat until interrupted.
    std::uint64_t every_seconds = 2;
};

/// Prints the operator's overview: the mode, its cause and the runbook to read, maintenance,
/// accounts that may not trade, orders without a known outcome, unprotected quantities, backups,
/// the last start and the journal. Exit status 0 if the daemon is healthy.
int status(DaemonClient& client, const StatusArguments& args);
int book(DaemonClient& client, const std::string& symbol, const std::string& market);
int events(DaemonClient& client, EventArguments args);
int place_order(DaemonClient& client, const CommandOptions& options, const OrderArguments& args);
int cancel_order(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& order,
                 const std::string& reason);
/// Cancels every order of the account, or its orders of one symbol. With `protective` it also
/// cancels the stops of positions.
int cancel_all(DaemonClient& client,
               const CommandOptions& options,
               const std::string& symbol,
               bool protective);
/// Cancels all orders that could open a position and closes all positions. Exit status 1 if an exit
/// failed.
int flatten(DaemonClient& client, const CommandOptions& options);
/// Cancels the order and places a new one for its remaining quantity, which loses the old order's
/// time priority.
int amend_order(DaemonClient& client,
                const CommandOptions& options,
                const std::string& order,
                const AmendArguments& args);
int close_position(DaemonClient& client, const CommandOptions& options, const std::string& symbol);
int set_leverage(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& symbol,
                 const std::string& leverage);
/// Shows what a reset would delete and asks for confirmation.
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
    std::string user = "all";  ///< An owner, or "all".
    std::string account;       ///< Empty: all accounts.
    bool fix = false;          ///< Propose a fix for each mismatch.
    bool yes = false;          ///< Apply the fixes without asking.
};

/// Compares accounts with their exchange now and shows both sides. Exit status 1 if they differ, or
/// if a fix was rejected.
int reconcile(DaemonClient& client, const ReconcileArguments& args);
/// Freezes or unfreezes an account.
int set_account_state(DaemonClient& client,
                      const CommandOptions& options,
                      const std::string& state,
                      const std::string& reason);

/// The arguments of `maintenance schedule` and `maintenance on`; empty means the daemon's default.
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
/// The availability of each service in use: windows and calendar months.
int uptime_of_services(DaemonClient& client);

// Alerts, and the channels over which people are told.
int alerts(DaemonClient& client);
int notify_list(DaemonClient& client);
int on_call(DaemonClient& client);

/// Prints the newest recoveries of the daemon, at most `limit`.
int recovery_log(DaemonClient& client, std::uint64_t limit);

/// The arguments of the commands about incidents.
struct IncidentArguments {
    std::string number;
    std::string action;  ///< The number of an action item.
    std::string text;
    std::string severity;
    std::string owner;
    std::string due;
    std::string impact, root_cause, resolution, lessons;
};

int incident_list(DaemonClient& client);
int incident_show(DaemonClient& client, const IncidentArguments& args);
/// Prints the report as Markdown.
int incident_report(DaemonClient& client, const IncidentArguments& args);
int incident_open(DaemonClient& client, const IncidentArguments& args);
int incident_acknowledge(DaemonClient& client, const IncidentArguments& args);
int incident_note(DaemonClient& client, const IncidentArguments& args);
int incident_resolve(DaemonClient& client, const IncidentArguments& args);
int incident_review(DaemonClient& client, const IncidentArguments& args);
int incident_add_action(DaemonClient& client, const IncidentArguments& args);
int incident_finish_action(DaemonClient& client, const IncidentArguments& args);

/// The arguments of "incident actions".
struct ActionArguments {
    std::string tracker;  ///< "github", "jira", or empty: a table.
    std::string project;  ///< The key of the project in Jira.
    bool all = false;     ///< Also actions that are done.
};

/// Prints the action items of all incidents: as a table, or as one line of JSON for each item that
/// the tracker takes as the body of the call that creates an issue.
int incident_actions(DaemonClient& client, const ActionArguments& args);

/// Exit status 0 only if the channel has accepted the message.
int notify_test(DaemonClient& client, const std::string& channel);

/// Writes the public status page of the daemon as index.html and status.json into `folder`; if it
/// is empty, into the folder that the configuration names.
int publish_status_page(DaemonClient& client, const host::SettingsInput& given, std::string folder);

/// Checks that the essential functions work: reads the health, then places an order far from the
/// market on a paper account, reads it back and cancels it. Exit status 0 only if every step
/// succeeded.
int smoke(DaemonClient& client, const std::string& account);

/// Prints the next usual maintenance window, computed from the calendar; needs no daemon.
int maintenance_next(DaemonClient& client);

// User administration; passwords are read from the standard input.
int add_user(DaemonClient& client, const UserArguments& args);
int list_users(DaemonClient& client);
int set_role(DaemonClient& client, const UserArguments& args);
int set_active(DaemonClient& client, const UserArguments& args, bool active);
int set_password(DaemonClient& client, const UserArguments& args);
int login(DaemonClient& client, const UserArguments& args);
int audit(DaemonClient& client, const UserArguments& args, const ListArguments& list);

// These use the daemon, or the files if it does not run.
int account(DaemonClient& client, const std::string& account);
int accounts(DaemonClient& client);
/// `which`: open, failed or all.
int orders(DaemonClient& client,
           const std::string& account,
           const std::string& which,
           const ListArguments& args);
int positions(DaemonClient& client, const std::string& account);
int history(DaemonClient& client, const std::string& account, const ListArguments& args);
/// If the daemon does not run, prints the prices of the newest own trades.
int prices(DaemonClient& client, const std::string& market);
int explain(DaemonClient& client, const std::string& order);
/// Prints the last records of the journal; for people, one line for each.
int journal_tail(DaemonClient& client, std::uint64_t count);
int journal_export(DaemonClient& client, const JournalRange& range);

// These work on the files, whether the daemon runs or not.
/// Compares everything in the store with the journal. Prints each difference with its kind, its
/// severity and the action to take.
int check(DaemonClient& client);
/// Sends a report of scripts/consistency-check.sh to the daemon's log and event stream.
int report_check(DaemonClient& client, const std::string& result, const std::string& file);
/// Runs botcored's checks of these settings: prints each setting with its origin, and a verdict.
/// With `production` the go-live list follows, and the command succeeds only if all of it holds.
int check_config(DaemonClient& client, const host::SettingsInput& given, bool production);

/// The arguments of the commands about the archive. If an argument is empty, the value of the
/// configuration is used; for a target, a timeline or a drill, the newest one.
struct BackupArguments {
    std::string config_file;
    std::string from;                       ///< The repository to read.
    std::string key;                        ///< The file of the archive's key.
    std::string to;                         ///< The target: a sequence, a time or an order's id.
    std::string copy_to;                    ///< The file for another copy of the key.
    std::string folder = ".";               ///< The folder for an export.
    std::vector<std::string> participants;  ///< The people in a drill.
    std::string drill;                      ///< The time of the report to sign.
    std::string by;
    std::string remark;
    std::uint32_t timeline = 0;
    bool dry_run = false;
    bool all = false;
    Agreed agreed = Agreed::Ask;
};

// These work on the archive, whether the daemon runs or not.
int list_backups(DaemonClient& client, const BackupArguments& args);
int create_backup(DaemonClient& client, const BackupArguments& args);
/// Restores the newest snapshot, or each of all snapshots, into a scratch file and checks it. Then
/// checks the records after the newest snapshot.
int verify_backup(DaemonClient& client, const BackupArguments& args);
/// Shows which snapshots and segments would be deleted and asks for confirmation.
int prune_backups(DaemonClient& client, const BackupArguments& args);
int backup_key(DaemonClient& client, const BackupArguments& args);
int backup_history(DaemonClient& client);
int run_drill(DaemonClient& client, const BackupArguments& args);
int drill_history(DaemonClient& client);
/// Shows the report and asks the person for the signature.
int sign_drill(DaemonClient& client, const BackupArguments& args);
/// Writes one file with a snapshot of the current store, its timeline and the users. The file is
/// sealed as in an archive.
int export_backup(DaemonClient& client, const BackupArguments& args);

/// Restores the store to a point in time; the daemon must not run, except during a dry run. Asks
/// for confirmation if the local store has records that the restored one does not have, or if the
/// archive ends before the target.
int restore(DaemonClient& client, const BackupArguments& args);

/// Rebuilds all rows from the journal, on the files of a daemon that does not run. Shows which rows
/// differ from the journal and asks for confirmation.
int rebuild(DaemonClient& client, Agreed agreed);
/// Lets the operator confirm that the records missing from the store are abandoned permanently.
int accept_lost_records(DaemonClient& client, Agreed agreed);

}  // namespace botcore::botctl
