#pragma once

/// The history of daily work and of drills: one JSON object a line, only ever appended to.
///
/// Threads: one.

#include "shell/archive/archive_service.hpp"

#include <filesystem>
#include <vector>

namespace botcore::shell::archive {

class JobFile {
public:
    explicit JobFile(std::filesystem::path path) : path_(std::move(path)) {}

    /// What is there, oldest first, without reports. Lines that are cut or unknown are left out. An
    /// error where there is a file, but it cannot be read.
    [[nodiscard]] base::Result<std::vector<JobResult>, std::string> read() const;
    /// Synced. A disk that refuses loses a line of history, nothing else.
    void add(const JobResult& result);

private:
    std::filesystem::path path_;
};

}  // namespace botcore::shell::archive
