#pragma once

/// Sends each notice to an incoming webhook of Slack as one message: `text` for notifications, and
/// `blocks` with a heading, the sentence, the facts, and what the reader needs to act.
///
/// S1  A message has at most 50 blocks and 13,000 characters, a block's text at most 3,000. Facts
///     that do not fit are left out, and the message says how many.
/// S2  A notice mentions nobody and contains no markup: &, < and > are escaped.
/// S3  The URL is a secret: nothing of its path is in an error.
///
/// The service may show a repeated message twice, so a notice that may be repeated says so.
///
/// Threads: the loop thread of the transport.

#include "host/json_poster.hpp"
#include "ports/notifier.hpp"

#include <chrono>
#include <string>

namespace botcore::notify_slack {

struct Options {
    net::ServiceUrl url;
    std::string source;  ///< The name of the installation, for example "bot-1".
    std::chrono::microseconds limit = std::chrono::seconds(10);  ///< For one attempt.
};

class SlackNotifier final : public ports::Notifier {
public:
    /// The transport must outlive this object.
    SlackNotifier(Options options, net::HttpTransport& transport);

    /// 200 with the body "ok": delivered. 429: failed, as are 5xx, an answer that is not Slack's,
    /// and no answer. Any other 4xx: refused.
    void send(const ports::Notice& notice, Done done) override;

private:
    std::string source_;
    host::JsonPoster poster_;
};

}  // namespace botcore::notify_slack
