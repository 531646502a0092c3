#include "apps/botctl/commands.hpp"
#include "host/durable_file.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <utility>

namespace botcore::botctl {

namespace {

struct PageFile {
    std::string_view name;
    std::string_view media;
};

constexpr std::array<PageFile, 2> kFiles{
    {{"index.html", "text/html"}, {"status.json", "application/json"}}};

}  // namespace

int publish_status_page(DaemonClient& client,
                        const host::SettingsInput& given,
                        std::string folder) {
    if (folder.empty()) {
        const auto gathered = host::gather_settings(given, environ);
        folder = gathered.config.text("status.publish_folder");
    }
    if (folder.empty()) return wrong_usage("give --folder, or configure status.publish_folder");
    for (const PageFile& file : kFiles) {
        ClientRequest request = get_request("/status");
        request.accept = file.media;
        const auto result = client.reach(request);
        if (!result) {
            return client.unavailable("the daemon does not respond at " + client.settings().url);
        }
        if (!*result || result->value().status != 200) return client.finish(*result, {});
        const auto path = std::filesystem::path(folder) / file.name;
        const auto written = host::replace_file(
            path, result->value().body, host::Durability::Synced, host::Readers::Everyone);
        if (!written) return client.unavailable(written.error());
        std::cout << path.string() << "\n";
    }
    return kExitOk;
}

}  // namespace botcore::botctl
