#pragma once

/// What every program with a command line of CLI11 does when CLI11 does not accept it.

#include <CLI/App.hpp>

namespace botcore::apps {

/// The exit status of every program for an invalid command line.
inline constexpr int kExitCommandLine = 2;

/// Prints the help or the version if that was requested, otherwise the error; an unknown word is
/// named together with the closest known one. Returns the exit status. The app has the program's
/// name.
[[nodiscard]] int refuse_command_line(const CLI::App& app, const CLI::ParseError& error);

}  // namespace botcore::apps
