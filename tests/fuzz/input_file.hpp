#pragma once

/// Files for parsers that read files. `./dev fuzz` sets TMPDIR to a folder in memory and removes
/// files that are left after a crash.

#include "base/check.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace botcore::fuzz {

inline void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    CHECK(!file.fail());
}

}  // namespace botcore::fuzz
