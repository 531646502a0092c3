#pragma once

/// Whose the data folder is, and that whoever works in it works as that user.
///
/// The service runs as a user of its own; an operator repairs as root. What root makes the service
/// cannot open. So a process of root that works in another user's folder becomes that user before
/// it touches a file: then all that it makes, SQLite's own files among it, is the service's.
///
/// O1  After `become_owner_of` has succeeded, this process is the folder's owner, or the folder is
///     not there yet, or it is root's own.
/// O2  A process never becomes another user than the owner, and never comes back.
///
/// Threads: one, before any other is started.

#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace botcore::shell {

struct Owner {
    uid_t user = 0;
    gid_t group = 0;

    friend bool operator==(const Owner&, const Owner&) = default;
};

/// Nothing where there is no such folder. A volume may be root's while a group makes it usable for
/// the service, so of a folder of root the lock in it counts, which the service has made.
[[nodiscard]] std::optional<Owner> owner_of(const std::filesystem::path& data);

/// "botcore (uid 999)".
[[nodiscard]] std::string name_of(const Owner& owner);

/// O1. Answers what was changed, for people; empty where nothing was. The failure says whose the
/// folder is and as whom to run, or which of its files is another user's.
[[nodiscard]] base::Result<std::string, std::string> become_owner_of(
    const std::filesystem::path& data);

/// For what root makes outside of the folder and the service must read: a copy of the key.
[[nodiscard]] base::Outcome<std::string> give_to_owner_of(const std::filesystem::path& data,
                                                          const std::filesystem::path& file);

}  // namespace botcore::shell
