#pragma once

/// Makes the channels over which people are told from the keys `notify.…`.

#include "host/config.hpp"
#include "net/http_attempt.hpp"
#include "services/notifications/notification_service.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace botcore::apps {

/// The HTTP client of the channels. The error names the wrong key and the cause.
[[nodiscard]] base::Result<std::unique_ptr<net::HttpTransport>, std::string> notice_transport(
    const host::Config& config, boost::asio::io_context& context);

struct ChannelParts {
    net::HttpTransport& transport;  ///< Must outlive the channels.
    /// Runs work on the loop thread; any thread may call it.
    std::function<void(std::function<void()>)> post;
    std::function<base::Timestamp()> now;
};

/// The configured channels. The error names the wrong key and the cause, never a secret.
[[nodiscard]] base::Result<std::vector<notifications::Channel>, std::string> notice_channels(
    const host::Config& config, const ChannelParts& parts);

/// The channels of each level.
[[nodiscard]] notifications::NoticeRoutes notice_routes(const host::Config& config);

/// Checks whether `notice_channels` would accept the configuration. Sends nothing.
[[nodiscard]] base::Outcome<std::string> check_notices(const host::Config& config);

}  // namespace botcore::apps
