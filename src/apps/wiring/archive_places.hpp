#pragma once

/// Where the configuration places the archive and its key.
///
/// P1  A new archive is never begun in a place where this data folder had one before. If that
///     archive is missing or empty, its repository is Unavailable
///     (services/archive/existing_repository.hpp).
///
/// Threads: any; each created object belongs to one thread.

#include "host/config.hpp"
#include "services/archive/archive_service.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

/// The key's file in the data folder, unless `archive.key_file` names another one.
inline constexpr std::string_view kArchiveKeyFile = "archive.key";

struct ArchivePlace {
    std::string_view key;  ///< The configuration key.
    std::string place;     ///< A folder, or an address that begins with `s3://`.

    [[nodiscard]] bool is_folder() const { return place.find("://") == std::string::npos; }
};

/// The places of the first and the second repository, in this order; empty for "none". A text that
/// is not an address names a folder, relative to the data folder.
[[nodiscard]] std::vector<ArchivePlace> archive_places(const host::Config& config,
                                                       const std::filesystem::path& data);

/// True if there is an archive and all its repositories are on the disk of the data folder. A
/// folder that does not exist yet counts as on the disk of its nearest existing ancestor.
[[nodiscard]] bool all_on_stores_disk(const host::Config& config,
                                      const std::filesystem::path& data);

/// Refuses such a configuration in production, unless `archive.allow_same_disk` is on.
[[nodiscard]] base::Outcome<std::string> check_disks(const host::Config& config,
                                                     const std::filesystem::path& data);

/// What happens when the folder of an archive does not exist.
enum class NewArchives : std::uint8_t {
    Begin,   ///< It is created, unless an archive was there before.
    Refuse,  ///< For callers that read an existing archive or append to it.
};

/// Opens the repository at an address that begins with `s3://`. Connects to nothing yet.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> open_place(
    const host::Config& config, const std::string& place);

/// Returns a factory for each repository. The error names the wrong key and the cause. The
/// configuration must outlive the factories.
[[nodiscard]] base::Result<std::vector<archive::MakeRepository>, std::string> repositories_of(
    const host::Config& config, const std::filesystem::path& data, NewArchives fresh);

/// The file of the archive's key: from the configuration, or the default in the data folder.
[[nodiscard]] std::filesystem::path archive_key_file(const host::Config& config,
                                                     const std::filesystem::path& data);

}  // namespace botcore::apps
