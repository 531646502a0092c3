#pragma once

/// Small files that are there whole or not at all, and folders whose names outlive a loss of power.
///
/// D1  Under its own name a reader sees the old file, the new one or none, never half of one.
/// D2  What was written Synced survives a loss of power once the call has answered Done.
///
/// Threads: any; no two at one file. All but Unsynced wait for the disk.

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
    Synced,    ///< The file and its name.
    Unsynced,  ///< Left to the system: a loss of power may bring the old file back, or an empty
               ///< one.
};

/// What went wrong, for people: "cannot write FILE: No space left on device".
using FileOutcome = base::Outcome<std::string>;

/// What a system call just said of `path`; reads errno.
[[nodiscard]] base::Failure<std::string> system_failure(std::string_view doing,
                                                        const std::filesystem::path& path);

/// Makes the names in `folder` durable; an empty path is the current folder.
[[nodiscard]] FileOutcome sync_folder(const std::filesystem::path& folder);

/// All of `bytes`, however many calls it takes; false leaves errno.
[[nodiscard]] bool write_whole(int descriptor, std::string_view bytes);

/// What is left to read, at most `bytes_max` of it; nothing leaves errno.
[[nodiscard]] std::optional<std::string> read_whole(int descriptor, std::size_t bytes_max);

/// Puts `bytes` in the place of whatever `path` names, over `<path>.part`, mode 0600.
[[nodiscard]] FileOutcome replace_file(const std::filesystem::path& path,
                                       std::string_view bytes,
                                       Durability durability);

/// A new file, mode 0600, synced. Refused where the name is taken, be it by a dangling link.
[[nodiscard]] FileOutcome create_file(const std::filesystem::path& path, std::string_view bytes);

/// The first `bytes_max` bytes. Refused where the file is more than a file, or others than its
/// owner may use it; the text says how to mend that.
[[nodiscard]] base::Result<std::string, std::string> read_private_file(
    const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace botcore::shell::files
