#include "apps/wiring/command_line_error.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace botcore::apps {
namespace {

/// What a program with a few options, and with commands or without, prints on standard error.
std::string refusal_of(const std::string& line, bool has_commands) {
    CLI::App app("", "prog");
    std::string data;
    app.add_option("--data", data);
    if (has_commands) app.add_subcommand("status")->add_flag("--json");
    testing::internal::CaptureStderr();
    try {
        app.parse(line);
    } catch (const CLI::ParseError& error) {
        EXPECT_EQ(refuse_command_line(app, error), kExitCommandLine) << line;
    }
    return testing::internal::GetCapturedStderr();
}

TEST(CommandLine, SuggestsTheClosestWordForAnUnknownOne) {
    EXPECT_EQ(refusal_of("--dta=secret", true),
              "prog: there is no option --dta; did you mean --data? `prog --help` lists them\n");
    EXPECT_EQ(
        refusal_of("status --jsno", true),
        "prog: there is no option --jsno; did you mean --json? `prog status --help` lists them\n");
    EXPECT_EQ(refusal_of("statsu", true),
              "prog: there is no command statsu; did you mean status? `prog --help` lists them\n");
    EXPECT_EQ(refusal_of("balance", true),
              "prog: there is no command balance; `prog --help` lists them\n");
    EXPECT_EQ(refusal_of("more", false),
              "prog: 'more' was not expected; `prog --help` lists them\n");
}

TEST(CommandLine, TheHelpIsNoError) {
    CLI::App app("", "prog");
    testing::internal::CaptureStdout();
    EXPECT_EQ(refuse_command_line(app, CLI::CallForHelp()), 0);
    EXPECT_NE(testing::internal::GetCapturedStdout().find("Usage: prog"), std::string::npos);
}

}  // namespace
}  // namespace botcore::apps
