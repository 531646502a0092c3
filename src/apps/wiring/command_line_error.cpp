#include "apps/wiring/command_line_error.hpp"

#include "base/plain_text.hpp"
#include "base/spelling.hpp"
#include "observability/redact.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

namespace {

/// "there is no option --prot; did you mean --port? `botcored --help` lists them".
std::string refusal_of_word(std::string_view word, const CLI::App& app) {
    std::string program = app.get_name();
    std::vector<std::string> options;
    const CLI::App* command = &app;
    while (true) {
        for (const CLI::Option* option : command->get_options())
            for (const std::string& name : option->get_lnames())
                options.push_back("--" + name);
        const auto chosen = command->get_subcommands();
        if (chosen.empty()) break;
        command = chosen.front();
        program += " " + command->get_name();
    }
    std::vector<std::string> commands;
    for (const CLI::App* one : command->get_subcommands([](const CLI::App*) { return true; }))
        commands.push_back(one->get_name());

    const bool is_option = word.size() > 1 && word.front() == '-';
    // "--prot=80": only the name is used, since the value may be secret.
    if (is_option) word = word.substr(0, word.find('='));
    const auto& known = is_option ? options : commands;
    const std::vector<std::string_view> names(known.begin(), known.end());
    const std::string shown = base::plain_line(word);
    const std::string text = names.empty()
                                 ? "'" + shown + "' was not expected"
                                 : (is_option ? "there is no option " : "there is no command ") +
                                       shown + base::did_you_mean(word, names);
    return text + (text.ends_with('?') ? " `" : "; `") + program + " --help` lists them";
}

}  // namespace

int refuse_command_line(const CLI::App& app, const CLI::ParseError& error) {
    const auto words = app.remaining(true);
    if (words.empty() || error.get_exit_code() == 0) {
        return app.exit(error) == 0 ? 0 : kExitCommandLine;
    }
    std::cerr << app.get_name() << ": "
              << observability::redact(refusal_of_word(words.front(), app)) << "\n";
    return kExitCommandLine;
}

}  // namespace botcore::apps
