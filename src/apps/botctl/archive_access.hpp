#pragma once

/// How the commands about backups reach the archive, and how they say what went wrong there.

#include "apps/botctl/commands.hpp"
#include "shell/archive/archive.hpp"
#include "shell/config/config.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace botcore::botctl {

/// Everything that speaks to one archive.
struct ArchiveAccess {
    shell::Config config;
    std::filesystem::path data;
    std::string place;  ///< As the configuration or --from names it, a folder from the root.
    std::optional<shell::archive::ArchiveKey> key;
    std::unique_ptr<ports::Repository> repository;
    std::unique_ptr<shell::archive::Archive> archive;
};

[[nodiscard]] base::Result<shell::Config, std::string> read_config(const std::string& file);

/// From here on this process is the owner of the data folder; configuration and key are read
/// before, since they may be root's.
[[nodiscard]] base::Result<std::unique_ptr<ArchiveAccess>, std::string> open_archive(
    const DaemonClient& client, const BackupArguments& args);

/// Works as the owner of the data folder from here on, and says so where that changes anything.
[[nodiscard]] base::Outcome<std::string> work_as_owner_of(const std::filesystem::path& data);

[[nodiscard]] std::string said(const shell::archive::ArchiveError& error);
/// Says it; the exit status.
int refused(DaemonClient& client, const shell::archive::ArchiveError& error);
int refused(DaemonClient& client, const std::string& text);

[[nodiscard]] base::Timestamp now();

/// A snapshot as every command shows it.
[[nodiscard]] boost::json::object to_json(const shell::archive::Snapshot& snapshot);

}  // namespace botcore::botctl
