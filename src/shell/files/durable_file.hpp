#pragma once

/// Small files that are written atomically, and folders whose entries survive a power failure.
///
/// D1  Under its own name a reader sees the old file, the new one or none, never a partial one.
/// D2  Data written with Synced survives a power failure once the call has returned Done.
///
/// Threads: any; never two on the same file. All but Unsynced writes wait for the disk.

#include "base/result.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace botcore::shell::files {

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
    Unsynced,  ///< Left to the system: after a power failure the file may be the old one, or empty.
};

/// What went wrong, for people: "cannot write FILE: No space left on device".
using FileOutcome = base::Outcome<std::string>;

/// The error of the last system call on `path`; reads errno.
[[nodiscard]] base::Failure<std::string> system_failure(std::string_view doing,
                                                        const std::filesystem::path& path);

/// Makes the entries of `folder` durable; an empty path is the current folder.
[[nodiscard]] FileOutcome sync_folder(const std::filesystem::path& folder);

/// Writes all of `bytes`, with as many calls as needed; if false, errno is set.
[[nodiscard]] bool write_whole(int descriptor, std::string_view bytes);

/// Reads the rest of the file, at most `bytes_max` bytes; if nothing, errno is set.
[[nodiscard]] std::optional<std::string> read_whole(int descriptor, std::size_t bytes_max);

/// Replaces whatever `path` names with `bytes`, through `<path>.part`, mode 0600.
[[nodiscard]] FileOutcome replace_file(const std::filesystem::path& path,
                                       std::string_view bytes,
                                       Durability durability);

/// Creates a file, mode 0600, synced. Fails if the name exists, even as a dangling link.
[[nodiscard]] FileOutcome create_file(const std::filesystem::path& path, std::string_view bytes);

/// The first `bytes_max` bytes. Fails if it is not a regular file, or if others than its owner may
/// use it; the error says how to correct that.
[[nodiscard]] base::Result<std::string, std::string> read_private_file(
    const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace botcore::shell::files
