#include "apps/wiring/notice_channels.hpp"

#include "adapters/notify_pagerduty/pagerduty_notifier.hpp"
#include "adapters/notify_slack/slack_notifier.hpp"
#include "adapters/notify_webhook/webhook_notifier.hpp"
#include "apps/wiring/user_mailer.hpp"
#include "net/service_url.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::apps {

namespace {

using base::Failure;
using notifications::Channel;
using Channels = std::vector<Channel>;
using Outcome = base::Outcome<std::string>;

constexpr std::array<std::string_view, 4> kNames{"slack", "pagerduty", "email", "webhook"};
constexpr std::size_t kPagerDutyKeySize = 32;
constexpr std::size_t kSecretSizeMin = 16;
/// Slack takes one message a second.
constexpr base::Duration kSlackGap = base::Duration::seconds(1);

/// The parts of a list that is separated by commas, without the blanks around them.
std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= list.size()) {
        const std::size_t comma = std::min(list.find(',', begin), list.size());
        std::string part = list.substr(begin, comma - begin);
        part.erase(0, part.find_first_not_of(' '));
        part.erase(part.find_last_not_of(' ') + 1);
        if (!part.empty()) parts.push_back(std::move(part));
        begin = comma + 1;
    }
    return parts;
}

std::string source_of(const host::Config& config) {
    const std::string& source = config.text("notify.source");
    if (!source.empty()) return source;
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : "botcore";
}

Outcome add_slack(const host::Config& config, const ChannelParts& parts, Channels& channels) {
    if (config.text("notify.slack_url").empty()) return base::Done{};
    auto url = TRY(receiver(config, "notify.slack_url"));
    channels.push_back(
        {.name = "slack",
         .notifier = std::make_unique<notify_slack::SlackNotifier>(
             notify_slack::Options{.url = std::move(url), .source = source_of(config)},
             parts.transport),
         .gap = kSlackGap});
    return base::Done{};
}

base::Result<Channel, std::string> pagerduty_channel(const host::Config& config,
                                                     const ChannelParts& parts,
                                                     std::string name,
                                                     std::string_view key) {
    if (key.size() != kPagerDutyKeySize)
        return Failure{"expected 32 characters, got " + std::to_string(key.size())};
    auto url = TRY(receiver(config, "notify.pagerduty_url"));
    return Channel{.name = std::move(name),
                   .notifier = std::make_unique<notify_pagerduty::PagerDutyNotifier>(
                       notify_pagerduty::Options{.url = std::move(url),
                                                 .routing_key = host::Secret(std::string(key)),
                                                 .source = source_of(config)},
                       parts.transport)};
}

Outcome add_pagerduty(const host::Config& config, const ChannelParts& parts, Channels& channels) {
    const std::string& key = config.text("notify.pagerduty_key");
    if (key.empty()) return base::Done{};
    auto channel = pagerduty_channel(config, parts, "pagerduty", key);
    if (!channel) return Failure{"notify.pagerduty_key: " + channel.error()};
    channels.push_back(std::move(channel).value());
    return base::Done{};
}

base::Result<Channel, std::string> email_channel(const host::Config& config,
                                                 const ChannelParts& parts,
                                                 std::string name,
                                                 std::vector<std::string> to) {
    notify_email::EmailNotifier::Options options = mail_options(config);
    options.to = std::move(to);
    auto notifier = TRY(notify_email::EmailNotifier::make(std::move(options), parts.post));
    return Channel{.name = std::move(name), .notifier = std::move(notifier)};
}

/// Without recipients the server is meant for mails to the people on call and to users only.
Outcome add_email(const host::Config& config, const ChannelParts& parts, Channels& channels) {
    const auto to = parts_of(config.text("notify.email_to"));
    if (config.text("notify.email_server").empty()) return base::Done{};
    if (to.empty()) return base::Done{};
    auto channel = email_channel(config, parts, "email", to);
    if (!channel) return Failure{"notify.email_…: " + channel.error()};
    channels.push_back(std::move(channel).value());
    return base::Done{};
}

Outcome add_person(const host::Config& config,
                   const ChannelParts& parts,
                   const host::OnCallPerson& person,
                   Channels& channels) {
    const auto add = [&](std::string_view key, base::Result<Channel, std::string> made) -> Outcome {
        if (!made) {
            return Failure{person.origin + ": people." + person.name + ": " + std::string(key) +
                           ": " + made.error()};
        }
        channels.push_back(std::move(made).value());
        channels.back().is_personal = true;
        return base::Done{};
    };
    if (!person.email.empty()) {
        if (config.text("notify.email_server").empty())
            return add("email", Failure{std::string("notify.email_server is not set")});
        TRY(add("email", email_channel(config, parts, "email:" + person.name, {person.email})));
    }
    const std::string_view key = person.pagerduty_key.reveal();
    if (key.empty()) return base::Done{};
    return add("pagerduty_key", pagerduty_channel(config, parts, "pagerduty:" + person.name, key));
}

Outcome add_people(const host::Config& config, const ChannelParts& parts, Channels& channels) {
    if (parts.on_call == nullptr) return base::Done{};
    for (const host::OnCallPerson& person : parts.on_call->people)
        TRY(add_person(config, parts, person, channels));
    return base::Done{};
}

Outcome add_webhook(const host::Config& config, const ChannelParts& parts, Channels& channels) {
    if (config.text("notify.webhook_url").empty()) return base::Done{};
    auto url = TRY(receiver(config, "notify.webhook_url"));
    const std::string& secret = config.text("notify.webhook_secret");
    if (secret.size() < kSecretSizeMin) {
        return Failure{
            std::string("notify.webhook_secret: expected at least 16 characters, with which the "
                        "messages are signed")};
    }
    channels.push_back({.name = "webhook",
                        .notifier = std::make_unique<notify_webhook::WebhookNotifier>(
                            notify_webhook::Options{.url = std::move(url),
                                                    .secret = host::Secret(secret),
                                                    .source = source_of(config),
                                                    .now = parts.now},
                            parts.transport)});
    return base::Done{};
}

Outcome check_route(const host::Config& config, std::string_view key) {
    for (const std::string& name : parts_of(config.text(key))) {
        if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) continue;
        return Failure{std::string(key) + ": '" + name +
                       "' is no channel; expected slack, pagerduty, email or webhook"};
    }
    return base::Done{};
}

}  // namespace

base::Result<net::ServiceUrl, std::string> receiver(const host::Config& config,
                                                    std::string_view key) {
    auto url = net::parse_service_url(config.text(key));
    if (!url) return Failure{std::string(key) + ": " + url.error()};
    if (url.value().transport == net::Transport::Plain && !url.value().is_loopback()) {
        return Failure{std::string(key) +
                       ": expected https://; http:// is accepted for loopback addresses only"};
    }
    return url;
}

base::Result<std::unique_ptr<net::HttpTransport>, std::string> notice_transport(
    const host::Config& config, boost::asio::io_context& context) {
    auto transport = net::HttpTransport::make(context, config.text("notify.ca_file"));
    if (!transport) return Failure{"notify.ca_file: " + transport.error()};
    return transport;
}

base::Result<std::optional<host::OnCallFile>, std::string> read_on_call(
    const host::Config& config) {
    const std::string& path = config.text("notify.on_call_file");
    if (path.empty()) return std::optional<host::OnCallFile>();
    auto file = host::read_on_call_file(path);
    if (!file) return Failure{"notify.on_call_file: " + file.error()};
    return std::optional(std::move(file).value());
}

std::vector<std::string> channels_of_person(std::string_view person) {
    return {"email:" + std::string(person), "pagerduty:" + std::string(person)};
}

notify_email::EmailNotifier::Options mail_options(const host::Config& config) {
    return {.server = config.text("notify.email_server"),
            .user = config.text("notify.email_user"),
            .password = host::Secret(config.text("notify.email_password")),
            .from = config.text("notify.email_from"),
            .to = {},
            .source = source_of(config),
            .authorities = config.text("notify.ca_file")};
}

base::Result<Channels, std::string> notice_channels(const host::Config& config,
                                                    const ChannelParts& parts) {
    TRY(check_route(config, "notify.warning_channels"));
    TRY(check_route(config, "notify.critical_channels"));
    Channels channels;
    TRY(add_slack(config, parts, channels));
    TRY(add_pagerduty(config, parts, channels));
    TRY(add_email(config, parts, channels));
    TRY(add_webhook(config, parts, channels));
    TRY(add_people(config, parts, channels));
    return channels;
}

notifications::NoticeRoutes notice_routes(const host::Config& config) {
    return {.info = {},
            .warning = parts_of(config.text("notify.warning_channels")),
            .critical = parts_of(config.text("notify.critical_channels")),
            .quiet_hours = operations::parse_quiet_hours(config.text("notify.quiet_hours"))};
}

Outcome check_notices(const host::Config& config) {
    boost::asio::io_context context(1);
    const auto transport = TRY(notice_transport(config, context));
    const auto on_call = TRY(read_on_call(config));
    (void)TRY(notice_channels(config,
                              {.transport = *transport,
                               .post = [](const std::function<void()>&) {},
                               .now = [] { return base::Timestamp(); },
                               .on_call = on_call ? &*on_call : nullptr}));
    (void)TRY(user_mailer(config, [](const std::function<void()>&) {}));
    return base::Done{};
}

}  // namespace botcore::apps
