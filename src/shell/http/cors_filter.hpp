#pragma once

/// What every request meets before the API: which web pages may ask (CORS). What every answer meets
/// behind it: a refused access goes into the audit.
///
/// R1  A page of an origin that is not listed, letter by letter, gets no permission; there is no
///     wildcard.
///
/// Threads: the thread of the loop.

#include "resilience/rate_limit.hpp"
#include "runtime/runtime.hpp"
#include "shell/auth/audit_event.hpp"
#include "shell/http/http_message.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace botcore::shell::http {

class CorsFilter final : public HttpHandler {
public:
    /// `inner` outlives the door. `origins`: "https://desk.example.org", separated by
    /// commas.
    struct Parts {
        HttpHandler& inner;
        auth::RecordAudit record;
        std::function<runtime::Now()> now;
    };

    CorsFilter(std::string_view origins, Parts parts);

    void handle(HttpRequest request, Respond respond) override;
    /// A refused access (403) of a known caller is recorded, at most once a second of each.
    void on_finished(const HttpExchange& exchange) override;

private:
    void send_preflight(const HttpRequest& request, const Respond& respond);

    std::set<std::string, std::less<>> origins_;
    Parts parts_;
    resilience::RateTable refusals_;
};

/// What is wrong with a list of origins: an entry that is no scheme, host and port. Empty: nothing.
[[nodiscard]] std::string mistake_in_origins(std::string_view origins);

}  // namespace botcore::shell::http
