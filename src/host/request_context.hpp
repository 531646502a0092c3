#pragma once

/// A request on its way through one route of the API: the request, its caller, and the ways to
/// respond to it.
///
/// L1  A request gets exactly one response: by `send`, `send_plain` or `fail`, or by the code that
///     moves its `respond` away.

#include "host/caller.hpp"
#include "model/now.hpp"
#include "net/http_message.hpp"
#include "protocol/api_requests.hpp"
#include "resilience/deadline.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::host {

struct RouteRow;

struct RequestContext {
    net::HttpRequest request;
    net::Respond respond;
    model::Now now;
    /// Set when the request arrives. No work for the request begins after the deadline, since the
    /// server then responds with 504 in any case.
    resilience::Deadline deadline;
    Caller caller;                  ///< Empty on a public route without a token.
    const RouteRow* row = nullptr;  ///< Set once the route is found.
    /// The name and the value of each {name} of the pattern, in the order of the path.
    std::vector<std::pair<std::string_view, std::string>> parameters;
    /// The headers of the response.
    std::vector<std::pair<std::string_view, std::string>> headers;

    /// The attempts that were made to reach the store or the analysis service for this request. An
    /// error response reports them.
    struct Tries {
        std::uint32_t retries = 0;
        std::string last_error{};  ///< A text that any caller may read.
    };

    Tries tries{};

    // The following belong to a command and are set once its headers are read.
    model::IdempotencyKey key;
    std::string canonical_path;
    std::string if_match;

    [[nodiscard]] bool has_parameter(std::string_view name) const;
    /// The value of {name} in the path. The pattern must contain {name}.
    [[nodiscard]] const std::string& parameter(std::string_view name) const;

    /// Responds with 200 (or another success status) and the data in the standard envelope.
    void send(boost::json::value data, std::uint16_t status = 200);
    /// Responds with a body without the envelope, for routes with a prescribed format. `error_code`
    /// is used for logs and metrics only.
    void send_plain(std::uint16_t status,
                    const boost::json::object& body,
                    std::string_view error_code = {});
    /// Responds with the standard error body. A 503 has a Retry-After header of one second, unless
    /// `headers` contains another one.
    void fail(std::uint16_t status, const protocol::RequestError& error);
    void fail(std::uint16_t status, std::string_view code, std::string message);
};

/// Reads the values of the query parameters. A request with a name that the route's row does not
/// list has been refused before.
class QueryReader {
public:
    explicit QueryReader(const RequestContext& call) : query_(call.request.query) {}

    [[nodiscard]] const std::optional<protocol::RequestError>& error() const { return error_; }

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;

    /// An integer within the range, bounds included; `absent` when the parameter is missing.
    [[nodiscard]] std::uint64_t number(std::string_view name,
                                       std::uint64_t absent,
                                       std::pair<std::uint64_t, std::uint64_t> range);

    /// A time, given as ISO 8601 in UTC or in milliseconds since 1970.
    [[nodiscard]] std::optional<base::Timestamp> time(std::string_view name);

    /// The value of the parameter `market`, spot or futures; futures when it is missing.
    [[nodiscard]] model::Market market();
    /// The value of the parameter `exchange`; Binance when it is missing.
    [[nodiscard]] model::ExchangeId exchange();
    /// The instrument with this symbol that `exchange` and `market` name.
    [[nodiscard]] model::InstrumentId instrument(model::Symbol symbol);

    [[nodiscard]] std::optional<model::Symbol> symbol();

    void refuse(std::string_view name, std::string expected);

private:
    const std::map<std::string, std::string, std::less<>>& query_;
    std::optional<protocol::RequestError> error_;
};

}  // namespace botcore::host
