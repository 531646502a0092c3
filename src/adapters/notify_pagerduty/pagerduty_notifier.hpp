#pragma once

/// Sends each notice as one event of PagerDuty's Events API v2: a notice that a condition has begun
/// triggers an alert, and the notice that it is over resolves the same alert.
///
/// P1  Both notices about a subject have the same `dedup_key`, and no two subjects share one. So a
///     repeated notice makes no second alert.
/// P2  An event is within the service's limits: `dedup_key` 255 bytes, summary 1,024 characters,
///     the whole event 512 KB.
/// P3  The routing key is in the body alone, never in an error.
///
/// Threads: the loop thread of the transport.

#include "host/json_poster.hpp"
#include "host/secret.hpp"
#include "ports/notifier.hpp"

#include <chrono>
#include <string>

namespace botcore::notify_pagerduty {

struct Options {
    net::ServiceUrl url;  ///< For example https://events.pagerduty.com/v2/enqueue.
    host::Secret routing_key;
    std::string source;  ///< The name of the installation, for example "bot-1".
    std::chrono::microseconds limit = std::chrono::seconds(10);  ///< For one attempt.
};

class PagerDutyNotifier final : public ports::Notifier {
public:
    /// The transport must outlive this object.
    PagerDutyNotifier(Options options, net::HttpTransport& transport);

    /// 202: delivered. 429, 5xx, an answer that is not PagerDuty's, and no answer: failed. Any
    /// other 4xx: refused.
    void send(const ports::Notice& notice, Done done) override;

private:
    host::Secret routing_key_;
    std::string source_;
    host::JsonPoster poster_;
};

}  // namespace botcore::notify_pagerduty
