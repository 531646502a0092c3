#pragma once

/// The places in which this data folder has had an archive, one a line in `archives.known`, so that
/// a place that is empty later is told from one that was never used. To begin anew in such a place,
/// an operator takes its line out.
///
/// K1  A place is remembered only after the archive there was found to be this store's.
///
/// Threads: one at a time.

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace botcore::shell::archive {

class KnownArchives {
public:
    explicit KnownArchives(std::filesystem::path data) : data_(std::move(data)) {}

    /// An error where what was remembered cannot be read: a place that was used would be begun
    /// again.
    [[nodiscard]] base::Result<bool, std::string> has(const std::string& place) const;
    /// Synced. The text says what failed.
    [[nodiscard]] base::Outcome<std::string> add(const std::string& place) const;

    [[nodiscard]] std::filesystem::path file() const { return data_ / "archives.known"; }

private:
    [[nodiscard]] base::Result<std::vector<std::string>, std::string> lines() const;
    /// A folder within the data folder is written relative to it, since that may be moved.
    [[nodiscard]] std::string line_of(const std::string& place) const;

    std::filesystem::path data_;
};

}  // namespace botcore::shell::archive
