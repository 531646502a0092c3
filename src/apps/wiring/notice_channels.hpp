#pragma once

/// Makes the channels over which people are told from the keys `notify.…`.

#include "adapters/notify_email/email_notifier.hpp"
#include "host/config.hpp"
#include "host/on_call_file.hpp"
#include "net/http_attempt.hpp"
#include "net/service_url.hpp"
#include "services/notifications/notification_service.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::apps {

/// The HTTP client of the channels. The error names the wrong key and the cause.
[[nodiscard]] base::Result<std::unique_ptr<net::HttpTransport>, std::string> notice_transport(
    const host::Config& config, boost::asio::io_context& context);

/// The URL in this key, which receives what is wrong here: without TLS it is accepted on this
/// machine only.
[[nodiscard]] base::Result<net::ServiceUrl, std::string> receiver(const host::Config& config,
                                                                  std::string_view key);

struct ChannelParts {
    net::HttpTransport& transport;  ///< Must outlive the channels.
    /// Runs work on the loop thread; any thread may call it.
    std::function<void(std::function<void()>)> post;
    std::function<base::Timestamp()> now;
    const host::OnCallFile* on_call = nullptr;  ///< Null: nobody is on call.
};

/// Reads the file of `notify.on_call_file`; empty if there is none.
[[nodiscard]] base::Result<std::optional<host::OnCallFile>, std::string> read_on_call(
    const host::Config& config);

/// The names of the channels that reach this person: "email:ann" and "pagerduty:ann".
[[nodiscard]] std::vector<std::string> channels_of_person(std::string_view person);

/// The options of every mail, without recipients.
[[nodiscard]] notify_email::EmailNotifier::Options mail_options(const host::Config& config);

/// The configured channels, and those of the people on call. The error names the wrong key and the
/// cause, never a secret.
[[nodiscard]] base::Result<std::vector<notifications::Channel>, std::string> notice_channels(
    const host::Config& config, const ChannelParts& parts);

/// The channels of each level.
[[nodiscard]] notifications::NoticeRoutes notice_routes(const host::Config& config);

/// Checks whether `notice_channels` would accept the configuration. Sends nothing.
[[nodiscard]] base::Outcome<std::string> check_notices(const host::Config& config);

}  // namespace botcore::apps
