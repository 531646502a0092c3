#pragma once

/// The reports of drills and the signatures under them: one JSON object a line, only ever appended
/// to. A signature names its drill by the drill's time, and is a line of its own.
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

namespace botcore::shell::archive {

inline constexpr std::string_view kDrillFile = "drills.jsonl";

/// What is known of all drills together.
struct DrillStatus {
    operations::DrillTimes times;
    bool passed = false;      ///< The newest one did.
    std::string text{};       ///< Its verdict, for people.
    std::string signed_by{};  ///< Who signed the newest one that is signed.
};

struct Signature {
    std::string drill;  ///< The time of its report, as it is written there.
    std::string by;
    std::string text;  ///< What the person says to it; may be empty.
    base::Timestamp time;
};

class DrillHistory {
public:
    explicit DrillHistory(std::filesystem::path file) : file_(std::move(file)) {}

    /// Oldest first, with `signed_by`, `signed_at` and `remark` where somebody signed. Lines that
    /// are cut are left out. An error where there is a file, but it cannot be read.
    [[nodiscard]] base::Result<boost::json::array, std::string> read() const;

    /// A history that cannot be read counts as a failed drill, with the reason as its verdict.
    [[nodiscard]] DrillStatus status() const;

    /// Synced. A disk that refuses loses the line, and says so.
    [[nodiscard]] bool add(const boost::json::object& report) const;
    [[nodiscard]] bool add(const Signature& signature) const;

private:
    std::filesystem::path file_;
};

/// The file's status as it was when it last changed: cheap to ask again and again.
class WatchedDrills {
public:
    explicit WatchedDrills(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] const DrillStatus& status();

private:
    std::filesystem::path file_;
    std::optional<std::pair<std::filesystem::file_time_type, std::uintmax_t>> seen_;
    DrillStatus status_;
};

}  // namespace botcore::shell::archive
