#include "apps/wiring/issue_tracker.hpp"

#include "adapters/issues_github/github_tracker.hpp"
#include "adapters/issues_jira/jira_tracker.hpp"
#include "apps/wiring/notice_channels.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace botcore::apps {

namespace {

using base::Failure;
using Tracker = std::unique_ptr<ports::IssueTracker>;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) {
    return !text.empty() && std::ranges::all_of(text, [&](char letter) {
        return std::ranges::any_of(
            sets, [&](std::string_view set) { return set.find(letter) != std::string_view::npos; });
    });
}

/// Whether the text is "owner/name": it becomes a part of a path.
bool is_repository(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return false;
    const auto is_name = [](const std::string& name) {
        return consists_of(name, {kDigits, kCapitals, kSmall, "-_."}) && name != "." &&
               name != "..";
    };
    return is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

base::Outcome<std::string> require(const host::Config& config, std::string_view key) {
    if (!config.text(key).empty()) return base::Done{};
    return Failure{std::string(key) + ": expected a value, because issues are to be created"};
}

base::Result<Tracker, std::string> make_github(const host::Config& config,
                                               net::HttpTransport& transport) {
    const std::string& repository = config.text("incidents.github_repository");
    if (!is_repository(repository)) {
        return Failure{std::string("incidents.github_repository: expected owner/name")};
    }
    (void)TRY(require(config, "incidents.github_token"));
    auto url = TRY(receiver(config, "incidents.github_url"));
    Tracker tracker = std::make_unique<issues_github::GithubTracker>(
        issues_github::Options{.url = std::move(url),
                               .repository = repository,
                               .token = host::Secret(config.text("incidents.github_token"))},
        transport);
    return tracker;
}

base::Result<Tracker, std::string> make_jira(const host::Config& config,
                                             net::HttpTransport& transport) {
    const std::string& project = config.text("incidents.jira_project");
    if (!consists_of(project, {kDigits, kCapitals, "_"})) {
        return Failure{
            std::string("incidents.jira_project: expected the key of a project, such as OPS")};
    }
    (void)TRY(require(config, "incidents.jira_user"));
    (void)TRY(require(config, "incidents.jira_token"));
    auto url = TRY(receiver(config, "incidents.jira_url"));
    std::string site = config.text("incidents.jira_url");
    while (site.ends_with('/'))
        site.pop_back();
    Tracker tracker = std::make_unique<issues_jira::JiraTracker>(
        issues_jira::Options{.url = std::move(url),
                             .site = std::move(site),
                             .project = project,
                             .user = config.text("incidents.jira_user"),
                             .token = host::Secret(config.text("incidents.jira_token"))},
        transport);
    return tracker;
}

}  // namespace

bool has_issue_tracker(const host::Config& config) {
    return !config.text("incidents.github_repository").empty() ||
           !config.text("incidents.jira_url").empty();
}

base::Result<Tracker, std::string> make_issue_tracker(const host::Config& config,
                                                      net::HttpTransport& transport) {
    const bool github = !config.text("incidents.github_repository").empty();
    const bool jira = !config.text("incidents.jira_url").empty();
    if (github && jira) {
        return Failure{
            std::string("incidents.jira_url: an action item has one issue; unset this key or "
                        "incidents.github_repository")};
    }
    if (github) return make_github(config, transport);
    if (jira) return make_jira(config, transport);
    return Tracker();
}

base::Outcome<std::string> check_issue_tracker(const host::Config& config) {
    boost::asio::io_context context(1);
    const auto transport = TRY(notice_transport(config, context));
    (void)TRY(make_issue_tracker(config, *transport));
    return base::Done{};
}

}  // namespace botcore::apps
