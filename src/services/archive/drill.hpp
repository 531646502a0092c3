#pragma once

/// A disaster-recovery drill: restores the store from the archive alone into a scratch file, as if
/// this machine had just been lost, checks it, and compares it with the store in use.
///
/// Threads: the archive's.
/// @spec:NFR-RELIABILITY-004

#include "services/archive/restore.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace botcore::archive {

/// Targets of R3-BKP-07 and -08.
inline constexpr base::Duration kLossMax = base::Duration::seconds(300);
inline constexpr base::Duration kRestoreMax = base::Duration::seconds(1'800);

struct DrillFiles {
    ports::StoreBackup& stores;   ///< Must outlive the drill.
    std::filesystem::path store;  ///< The store in use; it may be missing.
    std::filesystem::path scratch;
    std::filesystem::path history;  ///< See drill_history.hpp.
};

struct Drill {
    base::Timestamp time;
    std::vector<std::string> participants;  ///< Who took part: people, or the daemon itself.
    std::string scope;                      ///< What was rehearsed, for people.
    bool passed = false;
    base::Duration loss;           ///< RPO: the age of the oldest record that would have been lost.
    base::Duration restore;        ///< RTO: from nothing to a checked store.
    model::Sequence restored = 0;  ///< The last record that was restored.
    model::Sequence in_use = 0;  ///< The last record of the store in use; 0: the store is missing.
    std::uint64_t records_lost = 0;
    std::string state_hash;
    std::string text;  ///< The verdict and its reason, for people.
};

/// Runs a drill and appends its report to the history.
[[nodiscard]] Drill run_drill(Archive& archive,
                              const DrillFiles& files,
                              std::vector<std::string> participants,
                              const std::function<base::Timestamp()>& now,
                              const Progress& progress);

[[nodiscard]] boost::json::object to_json(const Drill& drill);
/// Prints one report made by `to_json`, signed or not.
void print_drill(std::ostream& out, const boost::json::value& drill);

}  // namespace botcore::archive
