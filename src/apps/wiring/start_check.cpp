#include "apps/wiring/start_check.hpp"

#include "api/cors_filter.hpp"
#include "apps/wiring/archive_places.hpp"
#include "apps/wiring/issue_tracker.hpp"
#include "apps/wiring/market_source.hpp"
#include "apps/wiring/notice_channels.hpp"
#include "apps/wiring/repository_place.hpp"
#include "host/durable_file.hpp"
#include "host/whole_file.hpp"
#include "net/client_address.hpp"
#include "net/request_rules.hpp"
#include "net/tls_context.hpp"
#include "services/analysis/analysis_link.hpp"
#include "services/archive/known_archives.hpp"
#include "services/archive/sealing.hpp"

#include <boost/asio/ip/address.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace botcore::apps {

namespace {

namespace fs = std::filesystem;

using Outcome = base::Outcome<std::string>;

/// Passwords and tokens must not cross a network unencrypted, unless the configuration allows it.
Outcome check_plain(const host::Config& config) {
    const std::string& text = config.text("http.address");
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error) return base::Failure{"http.address: '" + text + "' is not an IP address"};
    const bool has_tls = !config.text("http.tls_certificate").empty();
    if (has_tls || address.is_loopback() || config.is_on("http.allow_plain")) return base::Done{};
    return base::Failure{"http.address: " + text +
                         " can be reached from other machines, and passwords and tokens would be "
                         "sent unencrypted; set http.tls_certificate and http.tls_key, or set "
                         "http.allow_plain = true behind a proxy that has TLS"};
}

Outcome check_tls(const host::Config& config) {
    const std::string& certificate = config.text("http.tls_certificate");
    const std::string& key = config.text("http.tls_key");
    if (certificate.empty() && key.empty()) return base::Done{};
    if (certificate.empty() || key.empty()) {
        return base::Failure{
            std::string("http.tls_certificate and http.tls_key: expected both or neither of them")};
    }
    (void)TRY(net::make_tls_context({certificate, key}));
    return base::Done{};
}

Outcome check_proxies(const host::Config& config) {
    const auto proxies = net::TrustedProxies::parse(config.text("http.trusted_proxies"));
    if (!proxies) return base::Failure{"http.trusted_proxies: " + proxies.error()};
    return base::Done{};
}

Outcome check_hosts(const host::Config& config) {
    const auto hosts = net::HostNames::parse(config.text("http.hosts"));
    if (!hosts) return base::Failure{"http.hosts: " + hosts.error()};
    return base::Done{};
}

Outcome check_origins(const host::Config& config) {
    auto mistake = api::mistake_in_origins(config.text("http.cors_origins"));
    if (!mistake.empty()) return base::Failure{"http.cors_origins: " + mistake};
    return base::Done{};
}

/// Checks whether the start can create the file or folder. The start creates the data folder, so
/// anything directly in the data folder can be created.
Outcome check_can_make(const fs::path& path, const fs::path& data) {
    std::error_code error;
    const bool comes = path.parent_path() == data && !fs::exists(data, error);
    return comes ? Outcome(base::Done{}) : host::check_can_create(path);
}

Outcome check_folder(const fs::path& folder, const fs::path& data) {
    if (!TRY(host::is_there(folder))) return check_can_make(folder, data);
    const host::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return host::system_failure("open the folder", folder);
    return base::Done{};
}

Outcome check_place(const host::Config& config, const ArchivePlace& found, const fs::path& data) {
    if (!found.is_folder()) {
        const auto made = open_place(config, found.place);
        if (!made) return base::Failure{made.error()};
        return base::Done{};
    }
    // If an archive was there before, its disk may be unavailable for now.
    if (TRY(archive::KnownArchives(data).has(found.place))) return base::Done{};
    return check_folder(fs::absolute(found.place), data);
}

/// Loads the key from `file`; empty if there is no such file.
base::Result<std::optional<archive::ArchiveKey>, std::string> key_at(const fs::path& file) {
    if (file.empty() || !TRY(host::is_there(file))) return std::optional<archive::ArchiveKey>();
    return std::optional(TRY(archive::ArchiveKey::load(file)));
}

Outcome check_key_of(const host::Config& config, const fs::path& data) {
    const fs::path file = archive_key_file(config, data);
    const fs::path escrow = config.text("archive.key_escrow");
    auto key = key_at(file);
    if (!key) return base::Failure{"archive.key_file: " + key.error()};
    auto copy = key_at(escrow);
    if (!copy) return base::Failure{"archive.key_escrow: " + copy.error()};
    if (key.value() && copy.value() && key.value()->id() != copy.value()->id()) {
        return base::Failure{"archive.key_escrow: " + escrow.string() + " contains another key, " +
                             copy.value()->id() + " instead of " + key.value()->id()};
    }
    if (!key.value()) {
        const auto made = check_can_make(file, data);
        if (!made) return base::Failure{"archive.key_file: " + made.error()};
    }
    if (!escrow.empty() && !copy.value()) {
        const auto made = check_can_make(escrow, data);
        if (!made) return base::Failure{"archive.key_escrow: " + made.error()};
    }
    return base::Done{};
}

}  // namespace

std::vector<std::string> setting_errors(const host::Config& config) {
    std::vector<std::string> mistakes;
    for (const Outcome& outcome : {check_market_source(config),
                                   analysis::AnalysisLink::check(config),
                                   check_plain(config),
                                   check_tls(config),
                                   check_origins(config),
                                   check_proxies(config),
                                   check_hosts(config),
                                   check_notices(config),
                                   check_issue_tracker(config)}) {
        if (!outcome) mistakes.push_back(outcome.error());
    }
    return mistakes;
}

std::vector<std::string> start_errors(const host::Config& config, const fs::path& data) {
    std::error_code error;
    const fs::path folder = fs::absolute(data, error).lexically_normal();
    if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
        return {"--data: " + folder.string() + " is a file; name a folder"};
    }
    std::vector<std::string> mistakes = setting_errors(config);
    const auto add = [&](const Outcome& outcome) {
        if (!outcome) mistakes.push_back(outcome.error());
    };
    add(check_disks(config, folder));
    const auto places = archive_places(config, folder);
    for (const ArchivePlace& place : places) {
        const auto checked = check_place(config, place, folder);
        if (!checked) add(base::Failure{std::string(place.key) + ": " + checked.error()});
    }
    if (!places.empty()) add(check_key_of(config, folder));
    return mistakes;
}

}  // namespace botcore::apps
