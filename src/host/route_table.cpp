#include "host/route_table.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::host {

namespace {

using Parameters = std::vector<std::pair<std::string_view, std::string>>;

/// Whether the path matches the pattern. If it does, `parameters` gets the values for each "{…}" of
/// the pattern.
bool fits(std::string_view pattern,
          const std::vector<std::string>& segments,
          Parameters& parameters) {
    parameters.clear();
    for (const std::string& segment : segments) {
        if (pattern.empty()) return false;
        pattern.remove_prefix(1);
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        const std::string_view wanted = pattern.substr(0, end);
        pattern.remove_prefix(end);
        if (wanted.starts_with('{')) {
            parameters.emplace_back(wanted.substr(1, wanted.size() - 2), segment);
        } else if (wanted != segment) {
            return false;
        }
    }
    return pattern.empty();
}

}  // namespace

void RouteTable::add(RouteRow row) {
    CHECK(row.pattern.starts_with('/'));
    CHECK(row.handler != nullptr);
    for (const RouteRow& other : rows_) {
        CHECK(other.method != row.method || other.pattern != row.pattern);  // T1
    }
    rows_.push_back(std::move(row));
}

void RouteTable::add_alias(std::string_view method, std::string_view pattern, std::string_view of) {
    const auto place = std::find_if(rows_.begin(), rows_.end(), [&](const RouteRow& row) {
        return row.method == method && row.pattern == of;
    });
    CHECK(place != rows_.end());
    RouteRow row = *place;
    row.pattern = pattern;
    add(std::move(row));
}

RouteTable::Found RouteTable::find(std::string_view method,
                                   const std::vector<std::string>& segments) const {
    Found found;
    for (const RouteRow& row : rows_) {
        if (!fits(row.pattern, segments, found.parameters)) continue;
        if (row.method == method) {
            found.row = &row;
            return found;
        }
        if (found.allowed.find(row.method) != std::string::npos) continue;
        found.allowed.append(found.allowed.empty() ? "" : ", ").append(row.method);
    }
    found.parameters.clear();
    return found;
}

}  // namespace botcore::host
