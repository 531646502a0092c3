#pragma once

/// The archives to which a daemon will write once it is started on a restored store. The
/// configuration names them; they may differ from the archive that the store was restored from.
///
/// Threads: one.

#include "host/config.hpp"
#include "services/archive/archive.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <ostream>
#include <string>
#include <utility>

namespace botcore::botctl {

class NewerArchives {
public:
    /// The configuration and the port must outlive this object.
    NewerArchives(const host::Config& config,
                  ports::StoreBackup& stores,
                  std::filesystem::path data)
        : config_(config),
          stores_(stores),
          data_(std::move(data)) {}

    /// The greatest timeline number in the store here and in those archives that can be read. The
    /// number of a new timeline must be unused in all of them.
    [[nodiscard]] model::Timeline newest_timeline(const archive::ArchiveKey& key) const;

    [[nodiscard]] boost::json::array places() const;

    /// Prints the fields `archives_to` and `timeline_id` of the command's result for people. `from`
    /// is the archive that the store was restored from.
    void print(std::ostream& out, const boost::json::value& data, const std::string& from) const;

private:
    const host::Config& config_;
    ports::StoreBackup& stores_;
    std::filesystem::path data_;
};

}  // namespace botcore::botctl
