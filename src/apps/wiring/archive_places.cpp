#include "apps/wiring/archive_places.hpp"

#include "apps/wiring/repository_place.hpp"
#include "services/archive/existing_repository.hpp"
#include "services/archive/known_archives.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace botcore::apps {

namespace {

using Made = base::Result<std::unique_ptr<ports::Repository>, std::string>;

Made open(const host::Config& config,
          const std::string& place,
          const std::shared_ptr<archive_s3::ServerPause>& pause,
          archive_folder::IfMissing missing) {
    return make_repository({.place = place,
                            .credentials = {host::Secret(config.text("archive.s3_key_id")),
                                            host::Secret(config.text("archive.s3_secret"))},
                            .authorities = config.text("archive.ca_file"),
                            .storage_class = config.text("archive.s3_storage_class"),
                            .pause = pause},
                           missing);
}

/// The device of the path, or of its nearest existing ancestor.
std::optional<dev_t> device_of(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::path here = std::filesystem::absolute(path, error).lexically_normal();
    struct stat status{};
    while (::stat(here.c_str(), &status) != 0) {
        if (errno != ENOENT || here == here.parent_path()) return std::nullopt;
        here = here.parent_path();
    }
    return status.st_dev;
}

}  // namespace

std::filesystem::path archive_key_file(const host::Config& config,
                                       const std::filesystem::path& data) {
    const std::string& file = config.text("archive.key_file");
    return file.empty() ? data / kArchiveKeyFile : std::filesystem::path(file);
}

std::vector<ArchivePlace> archive_places(const host::Config& config,
                                         const std::filesystem::path& data) {
    static constexpr std::array<std::string_view, 2> kKeys{"archive.repository",
                                                           "archive.second_repository"};
    std::vector<ArchivePlace> places;
    for (const std::string_view key : kKeys) {
        ArchivePlace found{key, config.text(key)};
        if (found.place.empty() || found.place == "none") continue;
        if (found.is_folder()) found.place = (data / found.place).string();
        places.push_back(std::move(found));
    }
    return places;
}

bool all_on_stores_disk(const host::Config& config, const std::filesystem::path& data) {
    const auto places = archive_places(config, data);
    const auto stores = device_of(data);
    return !places.empty() && stores && std::ranges::all_of(places, [&](const ArchivePlace& place) {
        return place.is_folder() && device_of(place.place) == stores;
    });
}

base::Outcome<std::string> check_disks(const host::Config& config,
                                       const std::filesystem::path& data) {
    const bool refuses = config.text("log.environment") == "production" &&
                         !config.is_on("archive.allow_same_disk") &&
                         all_on_stores_disk(config, data);
    if (!refuses) return base::Done{};
    return base::Failure{
        "archive.repository: " + config.text("archive.repository") +
        " is on the same disk as the store and would be lost with it, which production "
        "(log.environment) does not accept; name a folder on another disk or an s3:// address, "
        "there or as archive.second_repository, or set archive.allow_same_disk = true"};
}

base::Result<std::unique_ptr<ports::Repository>, std::string> open_place(const host::Config& config,
                                                                         const std::string& place) {
    return open(config,
                place,
                std::make_shared<archive_s3::ServerPause>(),
                archive_folder::IfMissing::Refuse);
}

base::Result<std::vector<archive::MakeRepository>, std::string> repositories_of(
    const host::Config& config, const std::filesystem::path& data, NewArchives fresh) {
    std::vector<archive::MakeRepository> makers;
    for (const auto& found : archive_places(config, data)) {
        const bool known = TRY(archive::KnownArchives(data).has(found.place));
        const bool begins = fresh == NewArchives::Begin && !known;
        const auto expected = known ? archive::Expected::Archive : archive::Expected::Place;
        const auto pause = std::make_shared<archive_s3::ServerPause>();
        archive::MakeRepository make = [&config, place = found.place, pause] {
            return open(config, place, pause, archive_folder::IfMissing::Make);
        };
        std::string shown = found.place;
        // Only a folder may be missing for now; all other settings are checked at once.
        if (begins || !found.is_folder()) {
            const auto tried = make();
            if (!tried) return base::Failure{std::string(found.key) + ": " + tried.error()};
            shown = tried.value()->place();
        }
        if (!begins) {
            make = [&config, place = found.place, pause, expected, shown]() -> Made {
                return std::unique_ptr<ports::Repository>(
                    new archive::ExistingRepository(shown, expected, [&config, place, pause] {
                        return open(config, place, pause, archive_folder::IfMissing::Refuse);
                    }));
            };
        }
        makers.push_back(std::move(make));
    }
    return makers;
}

}  // namespace botcore::apps
