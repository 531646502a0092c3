#pragma once

/// A disaster-recovery drill: the store is restored from the archive alone into a scratch file, as
/// if this machine were lost now, checked, and compared with the store that is in use.
///
/// Threads: the archive's.

#include "shell/archive/restore.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace botcore::shell::archive {

/// Aims of R3-BKP-07 and -08.
inline constexpr base::Duration kLossMax = base::Duration::seconds(300);
inline constexpr base::Duration kRestoreMax = base::Duration::seconds(1'800);

struct DrillFiles {
    std::filesystem::path store;  ///< The store in use; it may be gone.
    std::filesystem::path scratch;
    std::filesystem::path history;  ///< See drill_history.hpp.
};

struct Drill {
    base::Timestamp time;
    std::vector<std::string> participants;  ///< Who took part: people, or the daemon by itself.
    std::string scope;                      ///< What was rehearsed, for people.
    bool passed = false;
    base::Duration loss;           ///< RPO: how old the oldest record is that would have been lost.
    base::Duration restore;        ///< RTO: from nothing to a checked store.
    model::Sequence restored = 0;  ///< The last record that was restored.
    model::Sequence in_use = 0;    ///< The last record of the store in use; 0: it is gone.
    std::uint64_t records_lost = 0;
    std::string state_hash;
    std::string text;  ///< The verdict and its reason, for people.
};

/// Adds its report to the history.
[[nodiscard]] Drill run_drill(Archive& archive,
                              const DrillFiles& files,
                              std::vector<std::string> participants,
                              const std::function<base::Timestamp()>& now,
                              const Progress& progress);

[[nodiscard]] boost::json::object to_json(const Drill& drill);
/// One report of `to_json`, signed or not.
void print_drill(std::ostream& out, const boost::json::value& drill);

}  // namespace botcore::shell::archive
