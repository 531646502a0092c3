#include "tests/crash/figure_report.hpp"

#include "build_info.hpp"

#include <boost/json.hpp>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <thread>

namespace botcore::crash {

namespace {

std::string machine() {
    utsname name{};
    ::uname(&name);
    return std::string(name.sysname) + ' ' + name.release + ' ' + name.machine + ", " +
           std::to_string(std::thread::hardware_concurrency()) + " cores";
}

std::string shown(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), value < 100 ? "%.2f" : "%.0f", value);
    return text;
}

std::string shown_aim(const Figure& figure) {
    if (figure.kind == AimKind::None) return "-";
    return (figure.kind == AimKind::AtMost ? "<= " : ">= ") + shown(figure.aim);
}

}  // namespace

void FigureReport::fail_on_aims() {
    for (const Figure& figure : figures_) {
        if (figure.ok()) continue;
        fail(figure.name + " is " + shown(figure.value) + " " + figure.unit + ", the target is " +
             shown_aim(figure));
    }
}

void FigureReport::print() const {
    std::printf("%-26s %12s %-10s %12s %7s %12s  %s\n",
                "figure",
                "value",
                "unit",
                "limit",
                "ratio",
                "aim",
                "ok");
    for (const Figure& figure : figures_) {
        std::printf("%-26s %12s %-10s %12s %7s %12s  %s%s%s\n",
                    figure.name.c_str(),
                    shown(figure.value).c_str(),
                    figure.unit.c_str(),
                    figure.limit ? shown(*figure.limit).c_str() : "-",
                    figure.limit ? shown(figure.value / *figure.limit).c_str() : "-",
                    shown_aim(figure).c_str(),
                    figure.ok() ? "yes" : "NO",
                    figure.note.empty() ? "" : "   ",
                    figure.note.c_str());
    }
    for (const std::string& failure : failures_)
        std::printf("failed: %s\n", failure.c_str());
    std::fflush(stdout);
}

bool FigureReport::write_json(const std::string& path) const {
    namespace json = boost::json;
    json::object figures;
    for (const Figure& figure : figures_) {
        json::object entry;
        entry["value"] = figure.value;
        entry["unit"] = figure.unit;
        entry["limit"] = figure.limit ? json::value(*figure.limit) : json::value(nullptr);
        entry["ratio"] =
            figure.limit ? json::value(figure.value / *figure.limit) : json::value(nullptr);
        entry["aim"] =
            figure.kind == AimKind::None ? json::value(nullptr) : json::value(figure.aim);
        entry["ok"] = figure.ok();
        figures[figure.name] = std::move(entry);
    }
    json::object report;
    report["command"] = command_;
    report["commit"] = build_info::kCommit;
    report["machine"] = machine();
    report["ok"] = failures_.empty();
    report["figures"] = std::move(figures);
    json::array failures;
    for (const std::string& failure : failures_)
        failures.emplace_back(failure);
    report["failures"] = std::move(failures);
    std::ofstream file(path);
    file << json::serialize(report) << '\n';
    return static_cast<bool>(file.flush());
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace botcore::crash
