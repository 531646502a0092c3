#pragma once

/// Decides for every request, before the API handles it, whether the web page that sent it may use
/// the API (CORS). After every response, the filter records a refused access in the audit.
///
/// R1  A page gets permission only if its origin is listed exactly; there are no wildcards.
///
/// Threads: the thread of the loop.

#include "net/http_message.hpp"
#include "resilience/rate_limit.hpp"
#include "runtime/runtime.hpp"
#include "services/audit/audit_event.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace botcore::api {

class CorsFilter final : public net::HttpHandler {
public:
    /// `inner` is the handler behind the filter; it outlives the filter.
    struct Parts {
        net::HttpHandler& inner;
        audit::RecordAudit record;
        std::function<model::Now()> now;
    };

    /// `origins` is a list such as "https://bots.example.org, https://other.example.org".
    CorsFilter(std::string_view origins, Parts parts);

    void handle(net::HttpRequest request, net::Respond respond) override;
    /// Records a refused access (403) of an authenticated caller, at most once per second for each
    /// caller.
    void on_finished(const net::HttpExchange& exchange) override;

private:
    void send_preflight(const net::HttpRequest& request, const net::Respond& respond);

    std::set<std::string, std::less<>> origins_;
    Parts parts_;
    resilience::RateTable refusals_;
};

/// Describes what is wrong with a list of origins (an entry that is not scheme, host and port), or
/// returns an empty text.
[[nodiscard]] std::string mistake_in_origins(std::string_view origins);

}  // namespace botcore::api
