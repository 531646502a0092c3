#include "base/calendar.hpp"
#include "base/time_text.hpp"
#include "operations/status_page.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::operations {

using base::Timestamp;

namespace {

constexpr std::string_view kDocumentHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>)";

constexpr std::string_view kDocumentStyle = R"(</title>
<style>
:root{color-scheme:light dark;--line:#c4c8cf;--up:#17753a;--degraded:#8a5a00;--care:#1f5fae;
--down:#b3261e;--none:#6b7280}
@media (prefers-color-scheme:dark){:root{--line:#474c55;--up:#55c27d;--degraded:#e0a93b;
--care:#7db2f2;--down:#ff8a80;--none:#9aa1ac}}
body{margin:0 auto;max-width:48rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:1rem 0 0}
ul,ol{list-style:none;margin:0;padding:0}
.overall{border:2px solid;border-radius:.4rem;padding:.75rem;font-weight:700}
.rows li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;
border-bottom:1px solid var(--line);padding:.4rem 0}
.operational{color:var(--up)}.degraded{color:var(--degraded)}.maintenance{color:var(--care)}
.outage{color:var(--down)}.nodata{color:var(--none)}
.bars{display:flex;gap:1px;height:2.5rem;align-items:flex-end}
.bars li{flex:1 1 0;min-width:1px;background:currentColor;height:100%}
.bars .degraded{height:75%}.bars .maintenance{height:60%}.bars .outage{height:45%}
.bars .nodata{height:15%}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid var(--line);
padding:.2rem .4rem;text-align:left}
</style>
</head>
<body>
<header>
<h1>Service status</h1>
)";

/// Appends text whose characters cannot end an element or an attribute.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
}

std::string clock_text(Timestamp time) {
    return base::to_iso8601(time).substr(std::string_view("2026-11-30T").size(), 5);
}

/// `<time datetime="2026-11-30T20:25Z">2026-11-30 20:25 UTC</time>`
std::string time_html(Timestamp time) {
    const std::string date = day_text(base::day_of(time));
    const std::string clock = clock_text(time);
    return "<time datetime=\"" + date + "T" + clock + "Z\">" + date + " " + clock + " UTC</time>";
}

std::string_view overall_text(PublicState state) {
    switch (state) {
        case PublicState::Operational:
            return "Everything is operational";
        case PublicState::Degraded:
            return "Some functions are degraded";
        case PublicState::Maintenance:
            return "Maintenance is in progress";
        case PublicState::Outage:
            return "There is an outage";
    }
    return "";
}

std::string day_words(const PublicDay& day) {
    if (!day.state) return "no data";
    return std::string(to_text(*day.state));
}

std::string day_figure(const PublicDay& day) {
    if (!day.state) return "no data";
    return day.availability_ppm ? percent_text(*day.availability_ppm) + " %" : "planned time only";
}

void append_header(std::string& out, const StatusPage& page) {
    out += "<p class=\"overall ";
    out += to_text(page.overall);
    out += "\" role=\"status\">";
    append_escaped(out, overall_text(page.overall));
    out += "</p>\n<p>As of <time datetime=\"" + base::to_iso8601(page.as_of) + "\">" +
           clock_text(page.as_of) + " UTC</time> on " + day_text(base::day_of(page.as_of)) +
           ". This page is renewed at least every minute. If this time is older, the service or "
           "its status page is not reachable.</p>\n</header>\n<main>\n";
}

void append_components(std::string& out, const StatusPage& page) {
    out +=
        "<section aria-labelledby=\"components\">\n<h2 id=\"components\">Components</h2>\n"
        "<ul class=\"rows\">\n";
    for (const PublicComponent& one : page.components) {
        out += "<li><span>";
        append_escaped(out, to_text(one.part));
        out += "</span> <strong class=\"";
        out += to_text(one.state);
        out += "\">";
        append_escaped(out, to_text(one.state));
        out += "</strong></li>\n";
    }
    out += "</ul>\n</section>\n";
}

void append_windows(std::string& out, const StatusPage& page) {
    out += "<section aria-labelledby=\"maintenance\">\n<h2 id=\"maintenance\">Maintenance</h2>\n";
    if (page.windows.empty()) {
        out += "<p>No maintenance is planned.</p>\n</section>\n";
        return;
    }
    out += "<ul class=\"rows\">\n";
    for (const PublicWindow& window : page.windows) {
        out += "<li><span>" + time_html(window.begin) + " to " + time_html(window.end) +
               "</span> <strong class=\"maintenance\">";
        out += window.emergency ? "emergency maintenance, " : "";
        out += window.under_way ? "in progress" : "planned";
        out += "</strong></li>\n";
    }
    out += "</ul>\n</section>\n";
}

void append_days(std::string& out, const StatusPage& page) {
    out +=
        "<section aria-labelledby=\"uptime\">\n<h2 id=\"uptime\">Availability of 90 days</h2>\n"
        "<p>";
    out += page.availability_ppm ? percent_text(*page.availability_ppm) + " %" : "No data yet";
    out +=
        ", without planned maintenance. A lower bar is a worse day.</p>\n"
        "<ol class=\"bars\" aria-hidden=\"true\">\n";
    for (const PublicDay& day : page.days) {
        out += "<li class=\"";
        out += day.state ? to_text(*day.state) : "nodata";
        out += "\" title=\"" + day_text(day.day) + ": " + day_words(day);
        if (day.state) out += ", " + day_figure(day);
        out += "\"></li>\n";
    }
    out +=
        "</ol>\n<details>\n<summary>All days as a table</summary>\n<table>\n"
        "<thead><tr><th scope=\"col\">Day (UTC)</th><th scope=\"col\">State</th>"
        "<th scope=\"col\">Availability</th></tr></thead>\n<tbody>\n";
    for (auto day = page.days.rbegin(); day != page.days.rend(); ++day) {
        out += "<tr><th scope=\"row\">" + day_text(day->day) + "</th><td>" + day_words(*day) +
               "</td><td>" + day_figure(*day) + "</td></tr>\n";
    }
    out += "</tbody>\n</table>\n</details>\n</section>\n";
}

void append_update(std::string& out, const std::optional<Timestamp>& time, std::string_view text) {
    if (!time) return;
    out += "<li>" + time_html(*time) + ": ";
    append_escaped(out, text);
    out += "</li>\n";
}

void append_incidents(std::string& out, const StatusPage& page) {
    out +=
        "<section aria-labelledby=\"incidents\">\n<h2 id=\"incidents\">Incidents of 90 "
        "days</h2>\n";
    if (page.incidents.empty()) out += "<p>There was no incident.</p>\n";
    for (const PublicIncident& one : page.incidents) {
        out += "<article>\n<h3>";
        append_escaped(out, one.title);
        out += " (";
        append_escaped(out, to_text(one.severity));
        out += one.resolved ? ", resolved" : ", open";
        out += ")</h3>\n<ul>\n";
        append_update(out, one.began, "began");
        append_update(out, one.acknowledged, "we are working on it");
        append_update(out, one.recovered, "the service has recovered");
        append_update(out, one.resolved, "resolved");
        if (one.under_review) out += "<li>We are examining the cause.</li>\n";
        out += "</ul>\n</article>\n";
    }
    if (page.incidents_left_out > 0) {
        out += "<p>Older incidents that are not shown: " + std::to_string(page.incidents_left_out) +
               "</p>\n";
    }
    out += "</section>\n";
}

}  // namespace

std::string status_html(const StatusPage& page) {
    std::string out(kDocumentHead);
    append_escaped(out, overall_text(page.overall));
    out += " \u2013 service status";
    out += kDocumentStyle;
    append_header(out, page);
    append_components(out, page);
    append_windows(out, page);
    append_days(out, page);
    append_incidents(out, page);
    out += "</main>\n</body>\n</html>\n";
    return out;
}

}  // namespace botcore::operations
