#include "shell/archive/known_archives.hpp"

#include "shell/files/durable_file.hpp"

#include <algorithm>
#include <fstream>

namespace botcore::shell::archive {

namespace fs = std::filesystem;

std::string KnownArchives::line_of(const std::string& place) const {
    if (place.find("://") != std::string::npos) return place;
    std::error_code error;
    const fs::path whole = fs::absolute(place, error).lexically_normal();
    const fs::path within = whole.lexically_relative(fs::absolute(data_, error).lexically_normal());
    const bool is_within = !within.empty() && *within.begin() != "..";
    return (is_within ? within : whole).string();
}

std::vector<std::string> KnownArchives::lines() const {
    std::vector<std::string> lines;
    std::ifstream input(file());
    for (std::string line; std::getline(input, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

bool KnownArchives::has(const std::string& place) const {
    const auto known = lines();
    return std::ranges::find(known, line_of(place)) != known.end();
}

base::Outcome<std::string> KnownArchives::add(const std::string& place) const {
    if (has(place)) return base::Done{};
    std::string text;
    for (const std::string& line : lines())
        text += line + "\n";
    return files::replace_file(file(), text + line_of(place) + "\n", files::Durability::Synced);
}

}  // namespace botcore::shell::archive
