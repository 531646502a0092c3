#pragma once

/// A request on its way through one route of the API: what came, who asks, and the two ways to
/// answer it.
///
/// L1  A call is answered once: by `answer`, `send_plain` or `fail`, or by whoever takes its
///     `respond` away.

#include "protocol/api_requests.hpp"
#include "resilience/deadline.hpp"
#include "runtime/runtime.hpp"
#include "shell/auth/caller.hpp"
#include "shell/http/http_message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::shell::http {

struct RouteRow;

struct RequestContext {
    HttpRequest request;
    Respond respond;
    runtime::Now now;
    /// Set at the door. Whoever works for the call begins nothing after it; the server answers 504
    /// then in any case.
    resilience::Deadline deadline;
    auth::Caller caller;            ///< Empty on a public route without a token.
    const RouteRow* row = nullptr;  ///< Set once the route is found.
    /// What stood in the place of each {name} of the pattern, in order.
    std::vector<std::pair<std::string_view, std::string>> parameters;
    std::vector<std::pair<std::string_view, std::string>> headers;  ///< Of the answer.

    /// What was tried for the call beyond this process; an error tells it.
    struct Tries {
        std::uint32_t retries = 0;
        std::string last_error{};  ///< Curated words: anybody may read them.
    };

    Tries tries{};

    // Of a command, once read.
    model::IdempotencyKey key;
    std::string canonical_path;
    std::string if_match;

    [[nodiscard]] bool has_parameter(std::string_view name) const;
    /// The text in the place of {name}, which the pattern must have.
    [[nodiscard]] const std::string& parameter(std::string_view name) const;

    /// 200 (or another success) with the one envelope.
    void send(boost::json::value data, std::uint16_t status = 200);
    /// A body without the envelope, for the routes whose form others prescribe. `error_code` goes
    /// to logs and metrics.
    void send_plain(std::uint16_t status,
                    const boost::json::object& body,
                    std::string_view error_code = {});
    /// The one error body. 503 carries Retry-After, one second unless a header says otherwise.
    void fail(std::uint16_t status, const protocol::RequestError& error);
    void fail(std::uint16_t status, std::string_view code, std::string message);
};

/// Reads the query's values. Names that the route's row does not list were refused before.
class QueryReader {
public:
    explicit QueryReader(const RequestContext& call) : query_(call.request.query) {}

    [[nodiscard]] const std::optional<protocol::RequestError>& error() const { return error_; }

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;

    /// A whole number within [low, high]; `absent` where it was not given.
    [[nodiscard]] std::uint64_t number(std::string_view name,
                                       std::uint64_t absent,
                                       std::pair<std::uint64_t, std::uint64_t> range);

    /// A moment, as ISO 8601 in UTC or in milliseconds since 1970.
    [[nodiscard]] std::optional<base::Timestamp> time(std::string_view name);

    /// spot or futures; futures where it was not given.
    [[nodiscard]] model::Market market();

    [[nodiscard]] std::optional<model::Symbol> symbol();

    void refuse(std::string_view name, std::string expected);

private:
    const std::map<std::string, std::string, std::less<>>& query_;
    std::optional<protocol::RequestError> error_;
};

}  // namespace botcore::shell::http
