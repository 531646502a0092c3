/// The main program of botctl, the operator's command line: it only connects commands and options.

#include "apps/botctl/command_line.hpp"
#include "apps/botctl/plain_output.hpp"
#include "apps/wiring/command_line_error.hpp"
#include "build_info.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

namespace {

using namespace botcore::botctl;  // NOLINT(google-build-using-namespace): the whole program is it.

constexpr const char* kFooter = R"(Exit statuses
  0   done, and the result is good
  1   a negative result: refused, unhealthy, damaged
  2   the command line cannot be parsed
  64  the request is invalid
  69  neither the daemon nor its files could be read; nothing was done
  75  the outcome is not known yet: repeat with the same --key
  77  the token is missing or wrong

Examples
  botctl status --watch
  botctl order place BTCUSDT BUY 0.01 --stop-loss 58000 --take-profit 63000
  botctl order place BTCUSDT SELL 0.01 --price 70000 --time-in-force GTX
  botctl order place BTCUSDT SELL 0.01 --stop-price 58000 --reduce-only
  botctl order amend BC1... --price 69500
  botctl cancel-all --symbol BTCUSDT
  botctl flatten
  botctl orders --all --json
  botctl explain BC1...
  botctl events --since 0 --follow
  botctl journal export --from 1 --to 100 > journal.jsonl
  botctl verify --data ./var
  botctl status --url https://bot.example.org:8443 --ca bot.pem

Variables
  BOTCTL_TOKEN  the token to send instead of the operator's token in the data folder)";

/// Adds the options of commands that show a list.
void add_list(CLI::App* command, ListArguments& args, const char* all) {
    command
        ->add_option("-n,--limit",
                     args.limit,
                     "The largest number of items to show; a last line says how many are left out")
        ->capture_default_str();
    command->add_flag("--all", args.all, all);
}

void add_status(CLI::App& app, Chosen& chosen) {
    CLI::App* command = add(
        app,
        chosen,
        "status",
        "The state on one screen: mode and cause, accounts, orders, backups; status 0 if healthy",
        [&](DaemonClient& s) { return status(s, chosen.status); });
    command->add_flag("--watch", chosen.status.watch, "Repeat until interrupted");
    command
        ->add_option(
            "--every", chosen.status.every_seconds, "With --watch: the seconds between two screens")
        ->check(CLI::Range(1, 3'600))
        ->capture_default_str();
}

void add_reads(CLI::App& app, Chosen& chosen) {
    add_status(app, chosen);
    add(app,
        chosen,
        "account",
        "One account with its balances",
        [&](DaemonClient& s) { return account(s, chosen.command.account); })
        ->add_option("ACCOUNT", chosen.command.account, "Account")
        ->capture_default_str();
    add(app, chosen, "accounts", "All accounts", [](DaemonClient& s) { return accounts(s); });
    add_account(add(app,
                    chosen,
                    "positions",
                    "Open positions",
                    [&](DaemonClient& s) { return positions(s, chosen.command.account); }),
                chosen);
    CLI::App* orders_command = add(app, chosen, "orders", "Open orders", [&](DaemonClient& s) {
        const char* which = chosen.failed ? "failed" : (chosen.orders.all ? "all" : "open");
        return orders(s, chosen.command.account, which, chosen.orders);
    });
    add_account(orders_command, chosen);
    add_list(orders_command, chosen.orders, "Also closed orders, without a limit of their number");
    orders_command->add_flag(
        "--failed", chosen.failed, "Orders that never entered the exchange's book");
    add(app,
        chosen,
        "explain",
        "The history of an order, from the journal",
        [&](DaemonClient& s) { return explain(s, chosen.order); })
        ->add_option("ORDER", chosen.order, "Order id")
        ->required();
    CLI::App* trades = add(app, chosen, "history", "Trades, newest first", [&](DaemonClient& s) {
        return history(s, chosen.command.account, chosen.trades);
    });
    add_account(trades, chosen);
    add_list(trades, chosen.trades, "All of them, without a limit");
    add(app,
        chosen,
        "prices",
        "Prices of a market",
        [&](DaemonClient& s) { return prices(s, chosen.market); })
        ->add_option("--market", chosen.market, "spot or futures")
        ->capture_default_str();
    CLI::App* depth = add(app, chosen, "book", "The order book of a symbol", [&](DaemonClient& s) {
        return book(s, chosen.symbol, chosen.market);
    });
    depth->add_option("SYMBOL", chosen.symbol, "Symbol")->required();
    depth->add_option("--market", chosen.market, "spot or futures")->capture_default_str();
}

void add_events(CLI::App& app, Chosen& chosen) {
    CLI::App* listen = add(app, chosen, "events", "The event stream", [&](DaemonClient& s) {
        return events(s, chosen.events);
    });
    listen->add_option(
        "--since", chosen.events.since, "Start after this record of the journal; 0: all records");
    listen->add_option("--timeline",
                       chosen.events.timeline,
                       "The timeline of that record; required after a restore of the store");
    listen->add_flag(
        "--follow", chosen.events.follow, "Follow: print new records as they are written");
    listen->add_option("--channel",
                       chosen.events.channels,
                       "orders, trades, positions, balances, accounts, risk, system, maintenance "
                       "or prices; may be repeated");
    listen->add_option("--account", chosen.events.accounts, "One account; may be repeated");
    listen->add_option("--symbol", chosen.events.symbols, "One symbol; may be repeated");
}

void add_reconciliation(CLI::App& app, Chosen& chosen) {
    CLI::App* compare = add(app,
                            chosen,
                            "reconcile",
                            "Compare with the exchange, and show both sides",
                            [&](DaemonClient& s) { return reconcile(s, chosen.reconcile); });
    compare->add_option("--user", chosen.reconcile.user, "An owner, or all")->capture_default_str();
    compare->add_option("--account", chosen.reconcile.account, "Only this account");
    CLI::Option* fix =
        compare->add_flag("--fix",
                          chosen.reconcile.fix,
                          "Propose a correction of each mismatch, and apply it if confirmed");
    compare->add_flag("--yes", chosen.reconcile.yes, "Confirm every proposal")->needs(fix);
    CLI::App* freeze = add(app,
                           chosen,
                           "freeze",
                           "Freeze an account: it accepts cancels and exits only",
                           [&](DaemonClient& s) {
                               return set_account_state(s, chosen.command, "FROZEN", chosen.reason);
                           });
    CLI::App* unfreeze = add(app, chosen, "unfreeze", "Unfreeze an account", [&](DaemonClient& s) {
        return set_account_state(s, chosen.command, "ACTIVE", chosen.reason);
    });
    for (CLI::App* command : {freeze, unfreeze}) {
        command->add_option("ACCOUNT", chosen.command.account, "Account")->required();
        command->add_option("--reason", chosen.reason, "The reason; it is recorded in the journal")
            ->required();
        add_safety(command, chosen);
    }
}

void add_notices(CLI::App& app, Chosen& chosen) {
    add(app, chosen, "alerts", "The alerts whose condition holds now", [](DaemonClient& s) {
        return alerts(s);
    });
    add(app, chosen, "on-call", "Who is on call, and who takes over when", [](DaemonClient& s) {
        return on_call(s);
    });
    CLI::App* channels = app.add_subcommand("notify", "The channels over which people are told");
    channels->require_subcommand(1);
    add(*channels,
        chosen,
        "list",
        "List the channels and the notices that wait for delivery",
        [](DaemonClient& s) { return notify_list(s); });
    CLI::App* test = add(*channels, chosen, "test", "Send a test message", [&](DaemonClient& s) {
        return notify_test(s, chosen.channel);
    });
    test->add_option("CHANNEL", chosen.channel, "slack, pagerduty, email or webhook")->required();
}

void add_recovery(CLI::App& app, Chosen& chosen) {
    CLI::App* group = app.add_subcommand("recovery", "How the daemon recovered from errors");
    group->require_subcommand(1);
    add(*group,
        chosen,
        "log",
        "Restarts, reloads and reconnections, the newest first",
        [&](DaemonClient& s) { return recovery_log(s, chosen.recoveries); })
        ->add_option("--limit", chosen.recoveries, "The largest number of recoveries to print")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
}

void add_status_page(CLI::App& app, Chosen& chosen) {
    CLI::App* page = app.add_subcommand("status-page", "The public status page");
    page->require_subcommand(1);
    CLI::App* publish =
        add(*page,
            chosen,
            "publish",
            "Write the page as index.html and status.json, for another web server",
            [&](DaemonClient& s) { return publish_status_page(s, chosen.given, chosen.folder); });
    publish->add_option(
        "--folder", chosen.folder, "Default: status.publish_folder of the configuration");
    publish->add_option("--config", chosen.given.file, "Default: botcore.toml if it exists");
}

void add_incident_review(CLI::App& incident, Chosen& chosen) {
    IncidentArguments& args = chosen.incident;
    CLI::App* review =
        add(incident, chosen, "review", "Write texts of the report", [&](DaemonClient& s) {
            return incident_review(s, args);
        });
    review->add_option("--impact", args.impact, "What users noticed");
    review->add_option("--root-cause", args.root_cause, "Why it happened");
    review->add_option("--resolution", args.resolution, "What ended it");
    review->add_option("--lessons", args.lessons, "What was learned");
    CLI::App* action =
        add(incident, chosen, "add-action", "Add an action item", [&](DaemonClient& s) {
            return incident_add_action(s, args);
        });
    action->add_option("--owner", args.owner, "Who does it")->required();
    action->add_option("--due", args.due, "A date such as 2026-12-24");
    CLI::App* done =
        add(incident, chosen, "finish-action", "Mark an action item as done", [&](DaemonClient& s) {
            return incident_finish_action(s, args);
        });
    for (CLI::App* command : {review, action, done})
        command->add_option("INCIDENT", args.number, "The incident's number")->required();
    action->add_option("TEXT", args.text, "What must be done")->required();
    done->add_option("ACTION", args.action, "The action's number")->required();
}

void add_incident_actions(CLI::App& incident, Chosen& chosen) {
    ActionArguments& args = chosen.actions;
    CLI::App* actions =
        add(incident, chosen, "actions", "The action items of all incidents", [&](DaemonClient& s) {
            return incident_actions(s, args);
        });
    actions
        ->add_option("--export", args.tracker, "Print the bodies of issues, one JSON for each line")
        ->check(CLI::IsMember({"github", "jira"}));
    actions->add_option("--project", args.project, "With --export jira: the key of the project");
    actions->add_flag("--all", args.all, "Also items that are done");
}

void add_incidents(CLI::App& app, Chosen& chosen) {
    IncidentArguments& args = chosen.incident;
    CLI::App* incident = app.add_subcommand("incident", "Incidents and their reports");
    incident->require_subcommand(1);
    add(*incident, chosen, "list", "All incidents, the newest first", [](DaemonClient& s) {
        return incident_list(s);
    });
    CLI::App* show = add(*incident, chosen, "show", "One incident", [&](DaemonClient& s) {
        return incident_show(s, args);
    });
    CLI::App* report =
        add(*incident, chosen, "report", "The report as Markdown", [&](DaemonClient& s) {
            return incident_report(s, args);
        });
    CLI::App* open = add(*incident, chosen, "open", "Open an incident", [&](DaemonClient& s) {
        return incident_open(s, args);
    });
    open->add_option("TITLE", args.text, "What is wrong, in one sentence")->required();
    open->add_option("--severity", args.severity, "low, medium, high or critical; default: high");
    CLI::App* acknowledge =
        add(*incident, chosen, "ack", "Say that you take care of it", [&](DaemonClient& s) {
            return incident_acknowledge(s, args);
        });
    CLI::App* note =
        add(*incident, chosen, "note", "Add a line to the timeline", [&](DaemonClient& s) {
            return incident_note(s, args);
        });
    CLI::App* resolve =
        add(*incident, chosen, "resolve", "Resolve an incident by hand", [&](DaemonClient& s) {
            return incident_resolve(s, args);
        });
    for (CLI::App* command : {show, report, acknowledge, note, resolve})
        command->add_option("INCIDENT", args.number, "The incident's number")->required();
    acknowledge->add_option("--note", args.text, "What you are about to do");
    note->add_option("TEXT", args.text, "What happened")->required();
    resolve->add_option("--resolution", args.resolution, "What ended it");
    add_incident_review(*incident, chosen);
    add_incident_actions(*incident, chosen);
}

void add_maintenance(CLI::App& app, Chosen& chosen) {
    CLI::App* group = app.add_subcommand("maintenance", "Planned maintenance and its windows");
    group->require_subcommand(1);
    add(*group, chosen, "next", "The next usual window", [](DaemonClient& s) {
        return maintenance_next(s);
    });
    add(*group, chosen, "status", "The mode, the banner and what is planned", [](DaemonClient& s) {
        return maintenance_status(s);
    });
    CLI::App* schedule = add(*group, chosen, "schedule", "Plan a window", [&](DaemonClient& s) {
        if (chosen.hours > 0) chosen.plan.minutes = chosen.hours * 60;
        return maintenance_schedule(s, chosen.command, chosen.plan);
    });
    schedule->add_option(
        "--begin", chosen.plan.begin, "UTC, such as 2026-12-06T02:00Z; default: the usual window");
    schedule->add_option("--hours", chosen.hours, "The duration, at most 2 hours")
        ->excludes(schedule->add_option(
            "--minutes", chosen.plan.minutes, "The duration, at most 120 minutes"));
    schedule->add_flag("--emergency", chosen.plan.emergency, "With less than seven days' notice");
    CLI::App* cancel = add(*group, chosen, "cancel", "Cancel a window", [&](DaemonClient& s) {
        return maintenance_cancel(s, chosen.command, chosen.window);
    });
    cancel->add_option("WINDOW", chosen.window, "The window's number")->required();
    CLI::App* on = add(*group, chosen, "on", "Begin maintenance now", [&](DaemonClient& s) {
        return maintenance_on(s, chosen.command, chosen.plan);
    });
    on->add_option(
        "--minutes", chosen.plan.minutes, "The duration, at most 120 minutes; default: 60");
    CLI::App* off =
        add(*group, chosen, "off", "End the maintenance in progress", [&](DaemonClient& s) {
            return maintenance_off(s, chosen.command, chosen.ramp);
        });
    off->add_flag("--ramp", chosen.ramp, "Accept entries again gradually");
    for (CLI::App* command : {schedule, on})
        command->add_option("--text", chosen.plan.text, "The reason, shown in the banner");
    for (CLI::App* command : {schedule, cancel, on, off})
        add_safety(command, chosen);
    CLI::App* uptimes =
        add(app, chosen, "uptime", "Availability, budget and outages", [&](DaemonClient& s) {
            return chosen.services ? uptime_of_services(s) : uptime(s);
        });
    uptimes->add_flag(
        "--services", chosen.services, "All services against their targets, also by month");
    add_account(add(app,
                    chosen,
                    "smoke",
                    "Check that trading works: health, place, read back, cancel",
                    [&](DaemonClient& s) { return smoke(s, chosen.command.account); }),
                chosen);
}

void add_users(CLI::App& app, Chosen& chosen) {
    CLI::App* user = app.add_subcommand("user", "Users; passwords are read from standard input");
    user->require_subcommand(1);
    add(*user, chosen, "list", "All users", [](DaemonClient& s) { return list_users(s); });
    CLI::App* added = add(*user, chosen, "add", "Add a user", [&](DaemonClient& s) {
        return add_user(s, chosen.user);
    });
    added->add_option("EMAIL", chosen.user.email, "E-mail address")->required();
    added->add_option("--name", chosen.user.name, "Name; by default the part before the '@'");
    added->add_option("--role", chosen.user.role, "viewer, trader or operator")
        ->capture_default_str();
    CLI::App* role = add(*user, chosen, "role", "Change a user's role", [&](DaemonClient& s) {
        return set_role(s, chosen.user);
    });
    CLI::App* off =
        add(*user, chosen, "deactivate", "End a user's tokens and logins", [&](DaemonClient& s) {
            return set_active(s, chosen.user, false);
        });
    CLI::App* on = add(*user, chosen, "activate", "Let a user log in again", [&](DaemonClient& s) {
        return set_active(s, chosen.user, true);
    });
    CLI::App* password =
        add(*user, chosen, "password", "Set a user's password", [&](DaemonClient& s) {
            return set_password(s, chosen.user);
        });
    for (CLI::App* command : {role, off, on, password})
        command->add_option("USER", chosen.user.id, "The user's id")->required();
    role->add_option("ROLE", chosen.user.role, "viewer, trader or operator")->required();
    CLI::App* in = add(app, chosen, "login", "Print a token for a user", [&](DaemonClient& s) {
        return login(s, chosen.user);
    });
    in->add_option("EMAIL", chosen.user.email, "E-mail address")->required();
    in->add_option("--name", chosen.user.name, "The token's name");
    CLI::App* acts = add(app, chosen, "audit", "Who did what, newest first", [&](DaemonClient& s) {
        return audit(s, chosen.user, chosen.acts);
    });
    acts->add_option("--actor", chosen.user.id, "Only events of this user");
    add_list(acts, chosen.acts, "All of them, without a limit");
}

void add_files(CLI::App& app, Chosen& chosen) {
    CLI::App* journal = app.add_subcommand("journal", "Records of the journal");
    journal->require_subcommand(1);
    add(*journal,
        chosen,
        "tail",
        "The last records, one line each; with --json in the export format",
        [&](DaemonClient& s) { return journal_tail(s, chosen.count); })
        ->add_option("-n", chosen.count, "The number of records")
        ->capture_default_str();
    CLI::App* range =
        add(*journal, chosen, "export", "A range of records, as JSON lines", [&](DaemonClient& s) {
            return journal_export(s, chosen.range);
        });
    range->add_option("--from", chosen.range.from, "First sequence")->capture_default_str();
    range->add_option("--to", chosen.range.to, "Last sequence; default: the end");
    add(app,
        chosen,
        "check",
        "Check that all rows of the store agree with the journal",
        [](DaemonClient& s) { return check(s); });
    CLI::App* report =
        add(app,
            chosen,
            "report-check",
            "Hand a report of scripts/consistency-check.sh to the daemon's log and "
            "event stream",
            [&](DaemonClient& s) { return report_check(s, chosen.result, chosen.file); });
    report->add_option("RESULT", chosen.result, "consistent, inconsistent or incomplete")
        ->required();
    report->add_option("FILE", chosen.file, "The report")->required();
    add(app, chosen, "verify", "The same as check", [](DaemonClient& s) { return check(s); });
    CLI::App* rebuild_command = add(app,
                                    chosen,
                                    "rebuild",
                                    "Rebuild the rows from the journal; the daemon must not run",
                                    [&](DaemonClient& s) { return rebuild(s, chosen.agreed); });
    add_yes(rebuild_command, chosen.agreed);
    CLI::App* accept = add(app,
                           chosen,
                           "accept-lost-records",
                           "Continue with a store that lost acknowledged records, if no archive "
                           "has them; the daemon must not run",
                           [&](DaemonClient& s) { return accept_lost_records(s, chosen.agreed); });
    add_yes(accept, chosen.agreed);
    CLI::App* config = app.add_subcommand("config", "The configuration");
    config->require_subcommand(1);
    CLI::App* check =
        add(*config,
            chosen,
            "check",
            "Check whether the daemon would start with these settings, and list the values",
            [&](DaemonClient& s) {
                for (const auto& [flag, text] : chosen.flags)
                    if (text) chosen.given.flags.emplace_back(flag, *text);
                return check_config(s, chosen.given, chosen.production);
            });
    check->add_option("FILE,--config", chosen.given.file, "Default: botcore.toml if it exists");
    check->add_flag(
        "--production", chosen.production, "Also print the requirements for going live");
    check
        ->add_option(
            "--set", chosen.given.sets, "KEY=VALUE, as botcored accepts it; may be repeated")
        ->allow_extra_args(false);
    for (const auto& [flag, key] : botcore::host::key_flags()) {
        check->add_option(std::string(flag),
                          chosen.flags[std::string(flag)],
                          std::string(key) + ", as botcored accepts it");
    }
}

/// Returns the subcommand that reads the archive.
CLI::App* add_drills(CLI::App& app, Chosen& chosen) {
    CLI::App* drill = app.add_subcommand("drill", "Rehearse the loss of this machine");
    drill->require_subcommand(1);
    CLI::App* run = add(*drill,
                        chosen,
                        "run",
                        "Restore into a scratch file, check and measure",
                        [&](DaemonClient& s) { return run_drill(s, chosen.backup); });
    run->add_option("--participant",
                    chosen.backup.participants,
                    "A participant, for the report; may be repeated; default: you");
    add(*drill, chosen, "history", "Earlier drills", [](DaemonClient& s) {
        return drill_history(s);
    });
    CLI::App* sign = add(*drill, chosen, "sign", "Sign a report", [&](DaemonClient& s) {
        return sign_drill(s, chosen.backup);
    });
    sign->add_option("--by", chosen.backup.by, "The person who signs")->required();
    sign->add_option("--drill", chosen.backup.drill, "The time of its report; default: the newest");
    sign->add_option("--remark", chosen.backup.remark, "The person's remark");
    add_yes(sign, chosen.backup.agreed);
    return run;
}

void add_archive(CLI::App& app, Chosen& chosen) {
    CLI::App* backup = app.add_subcommand("backup", "The archive: snapshots, records and its key");
    backup->require_subcommand(1);
    CLI::App* list =
        add(*backup, chosen, "list", "The contents of the archive", [&](DaemonClient& s) {
            return list_backups(s, chosen.backup);
        });
    CLI::App* create = add(*backup, chosen, "create", "Take a snapshot now", [&](DaemonClient& s) {
        return create_backup(s, chosen.backup);
    });
    CLI::App* check = add(
        *backup,
        chosen,
        "verify",
        "Restore a snapshot into a scratch file and check it, and the records after the newest one",
        [&](DaemonClient& s) { return verify_backup(s, chosen.backup); });
    check->add_flag("--all", chosen.backup.all, "All snapshots, not only the newest one");
    CLI::App* prune = add(*backup,
                          chosen,
                          "prune",
                          "Remove snapshots that the retention rules do not keep",
                          [&](DaemonClient& s) { return prune_backups(s, chosen.backup); });
    CLI::App* key = add(*backup,
                        chosen,
                        "key",
                        "Show the key that seals the archive, or copy it",
                        [&](DaemonClient& s) { return backup_key(s, chosen.backup); });
    key->add_option(
        "--copy-to", chosen.backup.copy_to, "A file in another place, for safe keeping");
    CLI::App* whole =
        add(*backup,
            chosen,
            "export",
            "Write one encrypted file, backup-YYYYMMDD.gz, with the complete current state",
            [&](DaemonClient& s) { return export_backup(s, chosen.backup); });
    whole->add_option("--to", chosen.backup.folder, "The folder for it")->capture_default_str();
    add(*backup, chosen, "history", "The daily jobs and their results", [](DaemonClient& s) {
        return backup_history(s);
    });
    CLI::App* back = add(app,
                         chosen,
                         "restore",
                         "Restore the store to any moment; the daemon must not run",
                         [&](DaemonClient& s) { return restore(s, chosen.backup); });
    back->add_option("--to",
                     chosen.backup.to,
                     "A record's sequence, a UTC time, or an order's id; default: the newest");
    back->add_option("--timeline", chosen.backup.timeline, "Default: the newest");
    back->add_flag(
        "--dry-run",
        chosen.backup.dry_run,
        "Restore into a scratch file (in TMPDIR) and check it; change nothing; the daemon may run");
    for (CLI::App* command : {prune, back})
        add_yes(command, chosen.backup.agreed);
    CLI::App* run = add_drills(app, chosen);
    for (CLI::App* command : {list, create, check, prune, back, run}) {
        command->add_option(
            "--from", chosen.backup.from, "The repository; default: archive.repository");
    }
    for (CLI::App* command : {list, create, check, prune, key, back, run, whole}) {
        command->add_option("--key", chosen.backup.key, "The key's file");
        command->add_option(
            "--config", chosen.backup.config_file, "Default: botcore.toml if it exists");
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("botctl: queries and controls the trading core through its API or its files.",
                 "botctl");
    Chosen chosen;
    app.set_version_flag(
        "--version",
        std::string(botcore::build_info::kVersion) + " (" + botcore::build_info::kCommit + ")");
    add_common(app, chosen);
    app.require_subcommand(1);
    app.footer(kFooter);
    add_reads(app, chosen);
    add_events(app, chosen);
    add_trading(app, chosen);
    add_notices(app, chosen);
    add_incidents(app, chosen);
    add_recovery(app, chosen);
    add_status_page(app, chosen);
    add_maintenance(app, chosen);
    add_reconciliation(app, chosen);
    add_users(app, chosen);
    add_files(app, chosen);
    add_archive(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return botcore::apps::refuse_command_line(app, error);
    }
    if (chosen.json) chosen.settings.output = Output::Json;
    const PlainOutput out(std::cout);
    const PlainOutput err(std::cerr);
    DaemonClient client(chosen.settings);
    return chosen.run ? chosen.run(client) : kExitUsage;
}
