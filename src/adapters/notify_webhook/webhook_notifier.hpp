#pragma once

/// Sends each notice as signed JSON to a URL of the operator.
///
/// The body, version 1; a receiver must ignore names that it does not know:
///
///   {"version":1, "id", "source", "subject", "level", "over", "text", "page", "action", "time",
///    "may_be_repeated", "facts":{...}}
///
/// `level` is "info", "warning" or "critical", `time` is ISO 8601 in UTC. A fact is a text or a
/// whole number. A repeated notice has the same `id`.
///
/// W1  The header X-Botcore-Timestamp has the seconds since 1970, X-Botcore-Signature
///     "v1=<hex>", the HMAC-SHA256 of "<timestamp>.<body>" with the secret. A receiver must check
///     both, and reject an old timestamp.
/// W2  The secret is in no header, body or error, nor is the URL's path in an error.
/// W3  Redirects are not followed.
///
/// Threads: the loop thread of the transport.

#include "host/json_poster.hpp"
#include "host/secret.hpp"
#include "ports/notifier.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace botcore::notify_webhook {

struct Options {
    net::ServiceUrl url;
    host::Secret secret;
    std::string source;  ///< The name of the installation, for example "bot-1".
    std::chrono::microseconds limit = std::chrono::seconds(10);  ///< For one attempt.
    std::function<base::Timestamp()> now;                        ///< The wall clock; not empty.
};

class WebhookNotifier final : public ports::Notifier {
public:
    /// The transport must outlive this object.
    WebhookNotifier(Options options, net::HttpTransport& transport);

    /// 2xx: delivered. 408, 425, 429, 5xx and no answer: failed. Everything else: refused.
    void send(const ports::Notice& notice, Done done) override;

private:
    host::Secret secret_;
    std::string source_;
    std::function<base::Timestamp()> now_;
    host::JsonPoster poster_;
};

}  // namespace botcore::notify_webhook
