#pragma once

/// Small files that are read whole. What cannot be read is an error that says what was expected and
/// what came, and never an empty text.
///
/// Threads: any.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace botcore::shell::files {

inline constexpr std::size_t kWholeFileMax = std::size_t{64} << 20U;

/// Is there anything of that name, be it a link to nothing? The text says why nobody can know.
[[nodiscard]] base::Result<bool, std::string> is_there(const std::filesystem::path& path);

/// All of a regular file. Refused: a folder, a pipe, a link to nothing, a file that may not be
/// read or has more than `bytes_max` bytes.
[[nodiscard]] base::Result<std::string, std::string> read_file(
    const std::filesystem::path& path, std::size_t bytes_max = kWholeFileMax);

/// The same, or nothing where there is nothing of that name.
[[nodiscard]] base::Result<std::optional<std::string>, std::string> read_file_if_there(
    const std::filesystem::path& path, std::size_t bytes_max = kWholeFileMax);

/// Could a new file of that name be made now? Makes none.
[[nodiscard]] base::Outcome<std::string> check_can_create(const std::filesystem::path& path);

}  // namespace botcore::shell::files
