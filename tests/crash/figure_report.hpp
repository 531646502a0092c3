#pragma once

/// The report of a test or benchmark program: a table for people, and the JSON shape that all
/// commands share.

#include <optional>
#include <string>
#include <vector>

namespace botcore::crash {

enum class AimKind { None, AtMost, AtLeast };

/// One figure, the limit measured with it, and the aim.
struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<double> limit = std::nullopt;
    AimKind kind = AimKind::None;
    double aim = 0;
    std::string note = {};  ///< Shown in the table only.

    [[nodiscard]] bool ok() const {
        return kind == AimKind::None || (kind == AimKind::AtMost ? value <= aim : value >= aim);
    }
};

class FigureReport {
public:
    explicit FigureReport(std::string command) : command_(std::move(command)) {}

    void add(Figure figure) { figures_.push_back(std::move(figure)); }

    void fail(std::string what) { failures_.push_back(std::move(what)); }

    /// Adds a failure for every figure that misses its aim.
    void fail_on_aims();

    [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

    /// Prints one line per figure and one per failure.
    void print() const;

    /// False when the file cannot be written.
    [[nodiscard]] bool write_json(const std::string& path) const;

private:
    std::string command_;
    std::vector<Figure> figures_;
    std::vector<std::string> failures_;
};

/// The median; 0 for an empty list.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace botcore::crash
