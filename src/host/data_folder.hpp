#pragma once

/// The daemon's data folder: created if missing, accessible to its owner only, and locked so that
/// two daemons never share it. The lock ends with the process, however the process ends.

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace botcore::host {

class DataFolder {
public:
    /// The error says what was expected and what to do.
    [[nodiscard]] static base::Result<DataFolder, std::string> open(
        const std::filesystem::path& path);

    ~DataFolder();
    DataFolder(DataFolder&& other) noexcept;
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;
    DataFolder& operator=(DataFolder&&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// The database file of the one shard.
    [[nodiscard]] std::filesystem::path store() const { return path_ / "botcore.db"; }

private:
    DataFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_ = -1;
};

}  // namespace botcore::host
