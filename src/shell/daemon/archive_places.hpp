#pragma once

/// Where the configuration wants the archive, and its key.
///
/// P1  A place in which this data folder had an archive before is never begun anew: where it is
///     gone or empty, its repository is Unavailable (shell/archive/existing_repository.hpp).
///
/// Threads: any; what is made belongs to one thread.

#include "shell/archive/archive_service.hpp"
#include "shell/config/config.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell {

/// The key's file in the data folder, where `archive.key_file` names no other.
inline constexpr std::string_view kArchiveKeyFile = "archive.key";

struct ArchivePlace {
    std::string_view key;  ///< Of the configuration.
    std::string place;     ///< A folder, or an address that begins with s3://.

    [[nodiscard]] bool is_folder() const { return place.find("://") == std::string::npos; }
};

/// The first one first; empty for "none". A text that is no address is a folder, relative to the
/// data folder.
[[nodiscard]] std::vector<ArchivePlace> archive_places(const Config& config,
                                                       const std::filesystem::path& data);

/// Is there an archive, and is every one on the disk of the data folder? A folder that is not there
/// yet is on the disk of the nearest one above it.
[[nodiscard]] bool all_on_stores_disk(const Config& config, const std::filesystem::path& data);

/// In production such a configuration is refused, unless `archive.allow_same_disk` is on.
[[nodiscard]] base::Outcome<std::string> check_disks(const Config& config,
                                                     const std::filesystem::path& data);

/// What becomes of the folder of an archive that is not there.
enum class NewArchives : std::uint8_t {
    Begin,   ///< It is made, except where an archive was before.
    Refuse,  ///< For whoever reads, or adds to what is there.
};

/// The repository at an address that begins with s3://; speaks to nobody yet.
[[nodiscard]] base::Result<std::unique_ptr<ports::Repository>, std::string> open_place(
    const Config& config, const std::string& place);

/// A maker for each place. The text says which key is wrong and why. The configuration outlives
/// them.
[[nodiscard]] base::Result<std::vector<archive::MakeRepository>, std::string> repositories_of(
    const Config& config, const std::filesystem::path& data, NewArchives fresh);

/// Where the configuration, or else the data folder, has the archive's key.
[[nodiscard]] std::filesystem::path archive_key_file(const Config& config,
                                                     const std::filesystem::path& data);

}  // namespace botcore::shell
