#include "services/archive/known_archives.hpp"

#include "host/durable_file.hpp"
#include "host/whole_file.hpp"

#include <algorithm>
#include <sstream>

namespace botcore::archive {

namespace fs = std::filesystem;

std::string KnownArchives::line_of(const std::string& place) const {
    if (place.find("://") != std::string::npos) return place;
    std::error_code error;
    const fs::path whole = fs::absolute(place, error).lexically_normal();
    const fs::path within = whole.lexically_relative(fs::absolute(data_, error).lexically_normal());
    const bool is_within = !within.empty() && *within.begin() != "..";
    return (is_within ? within : whole).string();
}

base::Result<std::vector<std::string>, std::string> KnownArchives::lines() const {
    std::vector<std::string> lines;
    std::istringstream input(TRY(host::read_file_if_there(file())).value_or(std::string()));
    for (std::string line; std::getline(input, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

base::Result<bool, std::string> KnownArchives::has(const std::string& place) const {
    const auto known = TRY(lines());
    return std::ranges::find(known, line_of(place)) != known.end();
}

base::Outcome<std::string> KnownArchives::add(const std::string& place) const {
    if (TRY(has(place))) return base::Done{};
    std::string text;
    for (const std::string& line : TRY(lines()))
        text += line + "\n";
    return host::replace_file(file(), text + line_of(place) + "\n", host::Durability::Synced);
}

}  // namespace botcore::archive
