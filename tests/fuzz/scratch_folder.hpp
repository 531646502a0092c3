#pragma once

/// A folder of this process's own for parsers that read files. `./dev fuzz` lets TMPDIR point into
/// memory and removes what is left.

#include "base/check.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace botcore::fuzz {

inline std::filesystem::path scratch_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string();
    CHECK(::mkdtemp(pattern.data()) != nullptr);
    return pattern;
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    CHECK(!file.fail());
}

}  // namespace botcore::fuzz
