#pragma once

/// The reports of drills and their signatures: an append-only file with one JSON object a line. A
/// signature refers to its drill by the drill's time and is a line of its own.
///
/// Threads: any; a line is written in one call.

#include "base/result.hpp"
#include "base/time.hpp"
#include "operations/drill_calendar.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::archive {

inline constexpr std::string_view kDrillFile = "drills.jsonl";

/// A summary of all drills.
struct DrillStatus {
    operations::DrillTimes times;
    bool passed = false;      ///< Whether the newest drill passed.
    std::string text{};       ///< The verdict of the newest drill, for people.
    std::string signed_by{};  ///< Who signed the newest signed drill.
};

struct Signature {
    std::string drill;  ///< The time of the drill, as written in its report.
    std::string by;
    std::string text;  ///< The signer's remark; may be empty.
    base::Timestamp time;
};

class DrillHistory {
public:
    explicit DrillHistory(std::filesystem::path file) : file_(std::move(file)) {}

    /// The reports, oldest first, with `signed_by`, `signed_at` and `remark` on signed ones.
    /// Truncated lines are skipped. An error if the file exists but cannot be read.
    [[nodiscard]] base::Result<boost::json::array, std::string> read() const;

    /// A history that cannot be read counts as a failed drill with the reason as its verdict.
    [[nodiscard]] DrillStatus status() const;

    /// Appends the report and syncs the file. False if the disk does not accept the line, which is
    /// then lost.
    [[nodiscard]] bool add(const boost::json::object& report) const;
    [[nodiscard]] bool add(const Signature& signature) const;

private:
    std::filesystem::path file_;
};

/// Caches the status of the file until the file changes, so that it is cheap to query often.
class WatchedDrills {
public:
    explicit WatchedDrills(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] const DrillStatus& status();

private:
    std::filesystem::path file_;
    std::optional<std::pair<std::filesystem::file_time_type, std::uintmax_t>> seen_;
    DrillStatus status_;
};

}  // namespace botcore::archive
