#pragma once

/// Opens the archive for the commands about backups, and reports errors of the archive.

#include "apps/botctl/commands.hpp"
#include "shell/archive/archive.hpp"
#include "shell/config/config.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace botcore::botctl {

/// Everything needed to use one archive.
struct ArchiveAccess {
    shell::Config config;
    std::filesystem::path data;
    std::string place;  ///< As the configuration or --from names it; a folder as an absolute path.
    std::optional<shell::archive::ArchiveKey> key;
    std::unique_ptr<ports::Repository> repository;
    std::unique_ptr<shell::archive::Archive> archive;
};

[[nodiscard]] base::Result<shell::Config, std::string> read_config(const std::string& file);

/// From here on this process runs as the owner of the data folder. Configuration and key are read
/// before, since they may be readable by root only.
[[nodiscard]] base::Result<std::unique_ptr<ArchiveAccess>, std::string> open_archive(
    const DaemonClient& client, const BackupArguments& args);

/// Runs as the owner of the data folder from here on, and prints a note if that changes the user.
[[nodiscard]] base::Outcome<std::string> work_as_owner_of(const std::filesystem::path& data);

[[nodiscard]] std::string said(const shell::archive::ArchiveError& error);
/// Prints the error; returns the exit status.
int refused(DaemonClient& client, const shell::archive::ArchiveError& error);
int refused(DaemonClient& client, const std::string& text);

[[nodiscard]] base::Timestamp now();

/// A snapshot as all commands show it.
[[nodiscard]] boost::json::object to_json(const shell::archive::Snapshot& snapshot);

}  // namespace botcore::botctl
