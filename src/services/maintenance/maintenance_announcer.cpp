#include "services/maintenance/maintenance_announcer.hpp"

#include <variant>

namespace botcore::maintenance {

void MaintenanceAnnouncer::on_committed(const std::vector<model::Record>& records) {
    for (const model::Record& record : records) {
        for (const auto& change : record.outcome.changes) {
            const auto* window = std::get_if<model::MaintenanceWindow>(&change);
            if (window != nullptr) note(*window);
        }
    }
}

void MaintenanceAnnouncer::compare(const Windows& windows) {
    const bool at_start = !std::exchange(has_compared_, true);
    for (const auto& [id, window] : windows) {
        if (at_start) known_.emplace(id, window.state);  // N3
        note(window);
    }
}

void MaintenanceAnnouncer::note(const model::MaintenanceWindow& window) {
    const auto [place, is_new] = known_.try_emplace(window.id, window.state);
    if (!is_new && place->second == window.state) return;
    place->second = window.state;
    const operations::MaintenanceNews news = operations::news_of(window);
    parts_.log.write(observability::Level::Warn,
                     news.text,
                     {{"event", news.event}, {"window", static_cast<std::int64_t>(window.id)}});
    const std::string banner = operations::banner(window);
    parts_.publish(protocol::maintenance_banner(
        {.window = window.id, .news = news.event, .message = news.text, .banner = banner},
        parts_.now()));
}

}  // namespace botcore::maintenance
