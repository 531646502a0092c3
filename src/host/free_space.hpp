#pragma once

/// The free space of a file system. Any thread may call it; it may wait for the disk.

#include <cstdint>
#include <string>

namespace botcore::host {

/// Free bytes of the file system of `path`, for an ordinary user; 0 if they cannot be determined.
[[nodiscard]] std::uint64_t free_bytes_of(const std::string& path);

}  // namespace botcore::host
