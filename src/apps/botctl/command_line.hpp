#pragma once

/// The parsed command line, and the options that many commands share.

#include "apps/botctl/commands.hpp"
#include "host/given_settings.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace botcore::botctl {

/// The values of the options.
struct Chosen {
    Settings settings;
    bool json = false;
    CommandOptions command;
    OrderArguments args;
    JournalRange range;
    EventArguments events;
    UserArguments user;
    std::string symbol, order, market = "futures", leverage, to, amount, asset = "USDT";
    std::string deposit = "10000";
    host::SettingsInput given;
    std::map<std::string, std::optional<std::string>> flags;
    std::uint64_t count = 10, hours = 0;
    StatusArguments status;
    AmendArguments amend;
    ListArguments orders, trades{.limit = 50}, acts{.limit = 50};
    bool failed = false, ramp = false, protective = false, services = false;
    bool production = false;  ///< "config check" also prints the go-live list.
    Agreed agreed = Agreed::Ask;
    ReconcileArguments reconcile;
    std::string reason;
    MaintenancePlan plan;
    IncidentArguments incident;
    ActionArguments actions;
    std::uint64_t recoveries = 20;  ///< The largest number to print.
    std::string window, result, file, channel, folder;
    BackupArguments backup;
    std::function<int(DaemonClient&)> run;
};

/// Adds the options of every command; they may also be given before the command.
void add_common(CLI::App& app, Chosen& chosen);

CLI::App* add(CLI::App& parent,
              Chosen& chosen,
              const std::string& name,
              const std::string& help,
              std::function<int(DaemonClient&)> run);

void add_account(CLI::App* command, Chosen& chosen);
/// Adds the options of commands that change something.
void add_safety(CLI::App* command, Chosen& chosen);
/// Adds the option --yes of commands that delete something permanently.
void add_yes(CLI::App* command, Agreed& agreed);
void add_version(CLI::App* command, Chosen& chosen);

/// Adds the commands about orders, positions and money.
void add_trading(CLI::App& app, Chosen& chosen);

}  // namespace botcore::botctl
