#include "apps/botctl/command_line.hpp"

#include <utility>

namespace botcore::botctl {

void add_common(CLI::App& app, Chosen& chosen) {
    app.add_option("--url", chosen.settings.url, "The daemon's address")->capture_default_str();
    app.add_option("--ca",
                   chosen.settings.authorities,
                   "For https: a PEM file of trusted authorities; default: those of the system");
    app.add_option("--data", chosen.settings.data, "The daemon's data folder")
        ->capture_default_str();
    app.add_flag("--json", chosen.json, "Print JSON");
}

CLI::App* add(CLI::App& parent,
              Chosen& chosen,
              const std::string& name,
              const std::string& help,
              std::function<int(DaemonClient&)> run) {
    CLI::App* command = parent.add_subcommand(name, help);
    add_common(*command, chosen);
    if (run) command->callback([&chosen, run = std::move(run)] { chosen.run = run; });
    return command;
}

void add_account(CLI::App* command, Chosen& chosen) {
    command->add_option("--account", chosen.command.account, "Account")->capture_default_str();
}

void add_safety(CLI::App* command, Chosen& chosen) {
    command->add_option(
        "--key", chosen.command.key, "Idempotency key; default: a generated one, which is printed");
}

void add_yes(CLI::App* command, Agreed& agreed) {
    command->add_flag_callback(
        "--yes",
        [&agreed] { agreed = Agreed::Before; },
        "Confirm in advance; required if there is no terminal");
}

void add_version(CLI::App* command, Chosen& chosen) {
    command->add_option(
        "--if-version", chosen.command.if_match, "Only if the object still has this version");
    command->add_option("--timeline",
                        chosen.command.timeline,
                        "The timeline of the version; required after a restore of the store");
}

}  // namespace botcore::botctl
