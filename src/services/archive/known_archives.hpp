#pragma once

/// The places where this data folder has had an archive, one a line in `archives.known`. With it, a
/// known place that is found empty is distinguished from a place that was never used. To start a
/// new archive in such a place, an operator removes its line.
///
/// K1  A place is remembered only after the archive there was found to belong to this store.
///
/// Threads: one at a time.

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::archive {

class KnownArchives {
public:
    explicit KnownArchives(std::filesystem::path data) : data_(std::move(data)) {}

    /// Whether this data folder has had an archive in the place. An error if the file cannot be
    /// read, so that no new archive is started in a known place.
    [[nodiscard]] base::Result<bool, std::string> has(const std::string& place) const;
    /// Appends the place and syncs the file. The error says what failed.
    [[nodiscard]] base::Outcome<std::string> add(const std::string& place) const;

    [[nodiscard]] std::filesystem::path file() const { return data_ / "archives.known"; }

private:
    [[nodiscard]] base::Result<std::vector<std::string>, std::string> lines() const;
    /// A folder inside the data folder is written as a relative path, since the data folder may be
    /// moved.
    [[nodiscard]] std::string line_of(const std::string& place) const;

    std::filesystem::path data_;
};

}  // namespace botcore::archive
