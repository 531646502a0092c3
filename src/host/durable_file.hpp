#pragma once

/// Small files that are written atomically, and folders whose entries survive a power failure.
///
/// D1  Under the name of the file a reader finds the old file, the new one or none, never a partial
///     one.
/// D2  Data written with Synced survives a power failure once the call has returned Done.
///
/// Threads: any, but never two at the same time for the same file. All functions except Unsynced
/// writes wait for the disk.

#include "base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::host {

/// Closes a file descriptor at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    [[nodiscard]] bool is_open() const { return number_ >= 0; }

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

enum class Durability : std::uint8_t {
    Synced,    ///< Syncs the file and its name.
    Unsynced,  ///< Does not sync: after a power failure the file may be the old one, or empty.
};

/// The error says for people what went wrong: "cannot write FILE: No space left on device".
using FileOutcome = base::Outcome<std::string>;

/// Describes the failure of the last system call on `path`; reads errno.
[[nodiscard]] base::Failure<std::string> system_failure(std::string_view doing,
                                                        const std::filesystem::path& path);

/// Makes the entries of `folder` durable; an empty path means the current folder.
[[nodiscard]] FileOutcome sync_folder(const std::filesystem::path& folder);

/// Writes all of `bytes`, with as many system calls as needed. If it returns false, errno is set.
[[nodiscard]] bool write_whole(int descriptor, std::string_view bytes);

/// Reads the rest of the file, at most `bytes_max` bytes. If it returns nothing, errno is set.
[[nodiscard]] std::optional<std::string> read_whole(int descriptor, std::size_t bytes_max);

enum class Readers : std::uint8_t {
    Owner,     ///< Mode 0600.
    Everyone,  ///< Mode 0644, whatever the umask of the process is.
};

/// Puts a file with `bytes` in the place of whatever `path` names: writes the file `<path>.part`
/// and renames it.
[[nodiscard]] FileOutcome replace_file(const std::filesystem::path& path,
                                       std::string_view bytes,
                                       Durability durability,
                                       Readers readers = Readers::Owner);

/// Creates a file with mode 0600 and syncs it. Fails if the name exists, even as a dangling link.
[[nodiscard]] FileOutcome create_file(const std::filesystem::path& path, std::string_view bytes);

/// Reads at most the first `bytes_max` bytes of a file. Fails if it is not a regular file, or if
/// anyone but its owner may use it; in the latter case the error says how to correct that.
[[nodiscard]] base::Result<std::string, std::string> read_private_file(
    const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace botcore::host
