#pragma once

/// Counts the ERROR lines of the log by code and operation, for those who report them to people.

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::observability {

struct Field;

/// The ERROR lines with one code and one operation.
struct ErrorCount {
    std::string code;       ///< The line's "error_code", else its "event", else "ERROR".
    std::string operation;  ///< What was attempted, such as "POST /api/…"; may be empty.
    std::uint64_t lines = 0;
    std::string newest;  ///< Message and cause of the newest line, without secrets.

    friend bool operator==(const ErrorCount&, const ErrorCount&) = default;
};

/// Threads: any.
class ErrorTally {
public:
    /// Lines of further codes and operations are counted under "OTHER".
    static constexpr std::size_t kGroupsMax = 200;

    /// A line that reports a notice is not counted: the notice itself reaches people.
    void add(std::string_view message, std::span<const Field> fields);

    /// What was counted since the last call, sorted by code and operation.
    [[nodiscard]] std::vector<ErrorCount> take();

private:
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, ErrorCount> groups_;
};

}  // namespace botcore::observability
