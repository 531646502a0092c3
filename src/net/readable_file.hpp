#pragma once

/// Opens files for reading and says what is at the path when that is not a file that can be read:
/// for our own reads, and for libraries that open files themselves and say little when they cannot.
///
/// Threads: any.

#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace botcore::net {

/// A descriptor of the regular file at the path, which the caller closes. The error says what was
/// expected and what is there instead; a pipe does not block the call.
[[nodiscard]] base::Result<int, std::string> open_readable(const std::filesystem::path& path);

/// Whether `open_readable` succeeds and the file has at most `bytes_max` bytes.
[[nodiscard]] base::Outcome<std::string> check_readable(const std::filesystem::path& path,
                                                        std::size_t bytes_max);

/// The error for a path where something else than a readable file was found.
[[nodiscard]] base::Failure<std::string> not_readable(const std::filesystem::path& path,
                                                      const std::string& found);

}  // namespace botcore::net
