#include "apps/botctl/newer_archives.hpp"

#include "apps/wiring/archive_link.hpp"

#include <algorithm>
#include <string_view>

namespace botcore::botctl {
namespace json = boost::json;

model::Timeline NewerArchives::newest_timeline(const archive::ArchiveKey& key) const {
    model::Timeline newest = 0;
    const auto here = stores_.timeline_of(data_ / "botcore.db");
    if (here) newest = here.value().number;
    const auto makers = apps::repositories_of(config_, data_, apps::NewArchives::Refuse);
    if (!makers) return newest;
    for (const auto& make : makers.value()) {
        const auto repository = make();
        if (!repository) continue;
        const auto starts = archive::Archive(*repository.value(), key).timelines();
        if (starts && !starts.value().empty()) {
            newest = std::max(newest, starts.value().rbegin()->first);
        }
    }
    return newest;
}

json::array NewerArchives::places() const {
    json::array places;
    const auto makers = apps::repositories_of(config_, data_, apps::NewArchives::Refuse);
    if (!makers) return places;
    for (const auto& make : makers.value()) {
        const auto repository = make();
        if (repository) places.emplace_back(repository.value()->place());
    }
    return places;
}

void NewerArchives::print(std::ostream& out,
                          const json::value& data,
                          const std::string& from) const {
    const json::array& places = data.at("archives_to").as_array();
    bool has_source = false;
    for (const json::value& place : places) {
        const std::string_view text = place.as_string();
        has_source = has_source || text == from;
        out << "botcored will archive to " << text << " on timeline "
            << std::string_view(data.at("timeline_id").as_string()) << "\n";
    }
    if (places.empty()) {
        out << "botcored will not archive anywhere: archive.repository is "
            << (config_.text("archive.repository") == "none" ? "none" : "not usable") << "\n";
    } else if (!has_source) {
        out << "botcored will not archive to " << from
            << "; to archive there, set archive.repository in the configuration\n";
    }
}

}  // namespace botcore::botctl
