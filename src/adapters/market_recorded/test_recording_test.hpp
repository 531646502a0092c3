#pragma once

/// Recordings for tests: small ones that a test creates, and the location of the real ones.

#include "adapters/market_recorded/recording.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::market_recorded {

/// A compressed recording in a folder of its own; the destructor removes both.
class TestRecording {
public:
    TestRecording(std::string_view name, std::string_view text) : path_(folder_.path() / name) {
        const gzFile file = gzopen(path_.c_str(), "wb");
        EXPECT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
                  static_cast<int>(text.size()));
        EXPECT_EQ(gzclose(file), Z_OK);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    [[nodiscard]] RecordingFile file() const { return recording_of(path_).value(); }

private:
    scratch::TemporaryFolder folder_;
    std::filesystem::path path_;
};

/// The real recordings in the folder that the environment variable BOTTEST_DATA names;
/// empty when it is not set.
inline std::vector<RecordingFile> real_recordings() {
    const char* const data = std::getenv("BOTTEST_DATA");
    std::vector<RecordingFile> files;
    if (data == nullptr) return files;
    for (const char* const below : {"streams", "binance/streams"}) {
        const std::filesystem::path folder = std::filesystem::path(data) / below;
        if (!std::filesystem::is_directory(folder)) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (auto file = recording_of(entry.path())) files.push_back(*file);
        }
    }
    return files;
}

}  // namespace botcore::market_recorded
