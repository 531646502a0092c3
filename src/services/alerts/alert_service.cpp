#include "services/alerts/alert_service.hpp"

#include "base/time_text.hpp"
#include "host/stored_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace botcore::alerts {

namespace json = boost::json;

using operations::Alert;
using operations::AlertLevel;
using operations::AlertState;
using operations::FiredBefore;

namespace {

constexpr std::string_view kKind = "alert";

/// In millionths, limited to what an integer holds; a value that is not a number counts as zero.
std::int64_t in_millionths(double value) {
    constexpr double kMax = 9e18;
    const double scaled = std::isnan(value) ? 0.0 : value * 1e6;
    return static_cast<std::int64_t>(std::llround(std::clamp(scaled, -kMax, kMax)));
}

std::vector<operations::Sample> samples_of(std::vector<observability::MetricLine> lines) {
    std::vector<operations::Sample> samples;
    samples.reserve(lines.size());
    for (observability::MetricLine& line : lines) {
        samples.push_back(
            {std::move(line.metric), std::move(line.labels), in_millionths(line.value)});
    }
    return samples;
}

ports::NoticeLevel level_of(AlertLevel level) {
    switch (level) {
        case AlertLevel::Info:
            return ports::NoticeLevel::Info;
        case AlertLevel::Warning:
            return ports::NoticeLevel::Warning;
        case AlertLevel::Critical:
            break;
    }
    return ports::NoticeLevel::Critical;
}

std::optional<FiredBefore> parse(const ports::ServiceRow& row) {
    const auto object = host::parse_stored(row.text);
    if (!object) return std::nullopt;
    host::StoredObject fields(object.value());
    const auto since = base::Timestamp::from_microseconds(fields.number("since"));
    if (!fields.error().empty()) return std::nullopt;
    return FiredBefore{row.key, since};
}

ports::ServiceChange row_of(const operations::AlertChange& change) {
    json::object object;
    object["since"] = change.alert.since.in_microseconds();
    return {.row = {.kind = std::string(kKind),
                    .key = change.alert.subject(),
                    .text = json::serialize(object)},
            .removed = change.over};
}

}  // namespace

base::Result<std::unique_ptr<AlertService>, std::string> AlertService::make(Parts parts) {
    std::vector<FiredBefore> fired_before;
    for (const ports::ServiceRow& row : TRY(parts.store.rows(kKind))) {
        auto before = parse(row);
        if (before) {
            fired_before.push_back(std::move(*before));
            continue;
        }
        parts.log.write(observability::Level::Error,
                        "A stored alert cannot be read; it fires again if it still holds",
                        {{"operation", std::string_view("alerts")}, {"row", row.text}});
        parts.store.change({{.row = row, .removed = true}}, nullptr);
    }
    return std::unique_ptr<AlertService>(new AlertService(std::move(parts), fired_before));
}

AlertService::AlertService(Parts parts, const std::vector<FiredBefore>& fired_before)
    : parts_(std::move(parts)),
      evaluator_(operations::alert_rules(), fired_before) {
}

void AlertService::tick(const model::Now& now) {
    if (evaluated_ && now.monotonic - *evaluated_ < kEvery) return;
    parts_.measure();
    evaluated_ = now.monotonic;
    const auto changes =
        evaluator_.evaluate({.monotonic = now.monotonic,
                             .wall = now.time,
                             .samples = samples_of(parts_.metrics.lines(evaluator_.metrics())),
                             .planned = parts_.planned(now.time)});
    for (const operations::AlertChange& change : changes)
        report(change, now.time);
    count_firing();
}

void AlertService::report(const operations::AlertChange& change, base::Timestamp now) {
    const operations::AlertRule& rule = *change.alert.rule;
    ports::Notice notice{.subject = change.alert.subject(),
                         .level = level_of(rule.level),
                         .over = change.over,
                         .text = (change.over ? "Over: " : "") + std::string(rule.summary),
                         .page = "docs/runbooks/" + std::string(rule.runbook) + ".md",
                         .action = change.over ? std::string() : std::string(rule.action),
                         .time = now,
                         .facts = {{"since", base::to_iso8601(change.alert.since)}}};
    if (!change.alert.label_value.empty()) {
        notice.facts.emplace_back(std::string(rule.condition.by), change.alert.label_value);
    }
    parts_.store.change({row_of(change)}, nullptr);
    parts_.changed(change, now);
    parts_.notifier.send(notice, nullptr);
}

void AlertService::count_firing() {
    std::array<int, 3> firing{};
    for (const Alert& alert : evaluator_.alerts()) {
        if (alert.state == AlertState::Firing)
            ++firing.at(static_cast<std::size_t>(alert.rule->level));
    }
    for (const auto level : {AlertLevel::Info, AlertLevel::Warning, AlertLevel::Critical}) {
        parts_.metrics.set("alerts_firing",
                           {operations::to_text(level)},
                           firing.at(static_cast<std::size_t>(level)));
    }
}

}  // namespace botcore::alerts
