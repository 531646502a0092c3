#pragma once

/// Reads small files completely. A file that cannot be read is an error that says what was expected
/// and what was found, never an empty text.
///
/// Threads: any.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace botcore::host {

inline constexpr std::size_t kWholeFileMax = std::size_t{64} << 20U;

/// Whether the name exists, even as a dangling link. The error says why that cannot be determined.
[[nodiscard]] base::Result<bool, std::string> is_there(const std::filesystem::path& path);

/// The content of a regular file. Fails for a folder, a pipe, a dangling link, and a file that may
/// not be read or has more than `bytes_max` bytes.
[[nodiscard]] base::Result<std::string, std::string> read_file(
    const std::filesystem::path& path, std::size_t bytes_max = kWholeFileMax);

/// Like `read_file`, but returns nothing if the name does not exist.
[[nodiscard]] base::Result<std::optional<std::string>, std::string> read_file_if_there(
    const std::filesystem::path& path, std::size_t bytes_max = kWholeFileMax);

/// Checks whether a new file of that name could be created, without creating it.
[[nodiscard]] base::Outcome<std::string> check_can_create(const std::filesystem::path& path);

}  // namespace botcore::host
