#pragma once

/// The history of the daily jobs: an append-only file with one JSON object a line.
///
/// Threads: one.

#include "services/archive/archive_service.hpp"

#include <filesystem>
#include <vector>

namespace botcore::archive {

class JobFile {
public:
    explicit JobFile(std::filesystem::path path) : path_(std::move(path)) {}

    /// The results, oldest first, without reports. Truncated and unknown lines are skipped. An
    /// error if the file exists but cannot be read.
    [[nodiscard]] base::Result<std::vector<JobResult>, std::string> read() const;
    /// Appends the result and syncs the file. If the disk does not accept the line, only this line
    /// of the history is lost.
    void add(const JobResult& result);

private:
    std::filesystem::path path_;
};

}  // namespace botcore::archive
