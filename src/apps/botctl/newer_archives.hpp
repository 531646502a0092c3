#pragma once

/// Where a daemon that is started on a restored store will archive: what its configuration says,
/// which is not always the place that the store was restored from.
///
/// Threads: one.

#include "shell/archive/archive.hpp"
#include "shell/config/config.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <ostream>
#include <string>
#include <utility>

namespace botcore::botctl {

class NewerArchives {
public:
    /// The configuration outlives this.
    NewerArchives(const shell::Config& config, std::filesystem::path data)
        : config_(config),
          data_(std::move(data)) {}

    /// The greatest number of a timeline that the store here or one of the archives has, as far as
    /// they can be read: the number of a new timeline must be free in all of them.
    [[nodiscard]] shell::archive::Timeline newest_timeline(
        const shell::archive::ArchiveKey& key) const;

    [[nodiscard]] boost::json::array places() const;

    /// For people, from what the command answered: `archives_to` and `timeline_id`. `from` is the
    /// archive that the store was restored from.
    void print(std::ostream& out, const boost::json::value& data, const std::string& from) const;

private:
    const shell::Config& config_;
    std::filesystem::path data_;
};

}  // namespace botcore::botctl
