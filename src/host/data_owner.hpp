#pragma once

/// Who owns the data folder, and how a process that works in it runs as that user.
///
/// The service runs as a user of its own, while an operator repairs as root. The service cannot
/// open files that root creates. A root process that works in another user's folder therefore
/// becomes that user before it touches a file, so that every file it creates, including SQLite's
/// own files, belongs to the service.
///
/// O1  After `become_owner_of` has succeeded, this process runs as the folder's owner, or the
///     folder does not exist yet, or it belongs to root.
/// O2  A process never becomes any other user than the owner, and never returns to root.
///
/// Threads: one, before any other is started.

#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace botcore::host {

struct Owner {
    uid_t user = 0;
    gid_t group = 0;

    friend bool operator==(const Owner&, const Owner&) = default;
};

/// The owner of the data folder; empty if the folder does not exist. A volume may belong to root
/// while a group makes it usable for the service. For a folder of root, the owner is therefore that
/// of the lock file in it, which the service has created.
[[nodiscard]] std::optional<Owner> owner_of(const std::filesystem::path& data);

/// The owner as a text for people: "botcore (uid 999)".
[[nodiscard]] std::string name_of(const Owner& owner);

/// O1. Returns a text for people that says what was changed; empty if nothing was. The error names
/// the folder's owner and the user to run as, or the file that belongs to another user.
[[nodiscard]] base::Result<std::string, std::string> become_owner_of(
    const std::filesystem::path& data);

/// Gives the file to the owner of the data folder. For files that root creates outside the data
/// folder and that the service must read, such as a copy of the key.
[[nodiscard]] base::Outcome<std::string> give_to_owner_of(const std::filesystem::path& data,
                                                          const std::filesystem::path& file);

}  // namespace botcore::host
