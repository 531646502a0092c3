#pragma once

/// Opens the archive for the commands about backups, and reports errors of the archive.

#include "apps/botctl/commands.hpp"
#include "host/config.hpp"
#include "services/archive/archive.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace botcore::botctl {

/// Everything needed to use one archive.
struct ArchiveAccess {
    std::unique_ptr<ports::StoreBackup> stores;
    host::Config config;
    std::filesystem::path data;
    /// The archive's address, from --from or else from the configuration. The path of a folder is
    /// absolute.
    std::string place;
    std::optional<archive::ArchiveKey> key;
    std::unique_ptr<ports::Repository> repository;
    std::unique_ptr<archive::Archive> archive;
};

[[nodiscard]] base::Result<host::Config, std::string> read_config(const std::string& file);

/// Makes this process run as the owner of the data folder from then on. The configuration and the
/// key are read before that, because they may be readable by root only.
[[nodiscard]] base::Result<std::unique_ptr<ArchiveAccess>, std::string> open_archive(
    const DaemonClient& client, const BackupArguments& args);

/// Makes this process run as the owner of the data folder from then on, and prints a note if that
/// changes the user.
[[nodiscard]] base::Outcome<std::string> work_as_owner_of(const std::filesystem::path& data);

[[nodiscard]] std::string said(const archive::ArchiveError& error);
/// Prints the error, and returns the exit status for it.
int refused(DaemonClient& client, const archive::ArchiveError& error);
int refused(DaemonClient& client, const std::string& text);

[[nodiscard]] base::Timestamp now();

/// The description of a snapshot that all commands show.
[[nodiscard]] boost::json::object to_json(const archive::Snapshot& snapshot);

}  // namespace botcore::botctl
