#pragma once

/// All routes of the API: the handler, the access and the description of each. Each group of routes
/// (`…Routes`) adds its rows once at the start; the OpenAPI document is generated from the table.
///
/// T1  Each pair of method and pattern is in the table once. If two patterns match a path, the one
///     that was added first is used.
///
/// Threads: the thread of the loop.

#include "host/request_context.hpp"
#include "host/schema_table.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::host {

/// Who may use a route. Each role may also do what the roles before it may.
enum class Access : std::uint8_t { Public, Viewer, Trader, Operator };

/// What a route is for. The purpose decides which requests are shed or refused first.
enum class Purpose : std::uint8_t {
    Probe,  ///< Health, metrics and pings: always served.
    Read,   ///< Shed first.
    Entry,  ///< Can raise the risk; refused in maintenance and under overload.
    Exit,   ///< Lowers the risk: a cancel or a close. Never shed (I9).
    Admin   ///< Operator commands, logins: neither shed nor refused in maintenance.
};

/// The rate limit that a route counts under.
enum class Limit : std::uint8_t {
    /// The caller's limit for the route's purpose; on a public route, the limit of the address.
    Purpose,
    /// The limit of the address on logins, against guessing passwords.
    Login,
    /// The limit of the address on registrations; operators are exempt.
    Registration,
};

/// What surrounds the data of a success response.
enum class Envelope : std::uint8_t {
    Data,   ///< `{"data":…,"timestamp":…}`
    Plain,  ///< The JSON body has the schema `response`, without an envelope.
    Text    ///< The body is not JSON.
};

/// A parameter that the query may contain.
struct QueryParameterRow {
    std::string_view name;
    std::string_view schema;  ///< The name of its schema in the schema table.
    std::string_view text;    ///< Describes what the parameter does.
};

/// The parameters with which a query names an instrument besides its symbol.
[[nodiscard]] constexpr QueryParameterRow exchange_parameter() {
    return {"exchange", "Exchange", "binance, which is also the default"};
}

[[nodiscard]] constexpr QueryParameterRow market_parameter() {
    return {"market", "Market", "spot or futures; default: futures"};
}

/// One route. Its texts are string literals.
struct RouteRow {
    std::string_view method = "GET";
    std::string pattern{};  ///< "{…}" matches any one segment.
    Access access = Access::Viewer;
    Purpose purpose = Purpose::Read;
    /// Served while the store does not respond: the handler uses neither the store nor the runtime.
    bool without_store = false;
    std::function<void(RequestContext&)> handler{};
    Limit limit = Limit::Purpose;

    // The following fields are for the OpenAPI document and, where noted, for checks before the
    // handler.
    std::string_view tag{};
    std::string_view summary{};
    /// Checked before the handler: any other name is refused, except on Public routes.
    std::vector<QueryParameterRow> query{};
    bool key_needed = false;      ///< Requires an Idempotency-Key, as all commands do.
    bool versioned = false;       ///< Accepts an If-Match.
    bool etag = false;            ///< Returns the version as ETag.
    bool cached = false;          ///< States in X-Cache whether the response came from the cache.
    std::string_view request{};   ///< The schema of the request body; empty if there is no body.
    std::string_view response{};  ///< The schema of the data in a success response.
    Envelope envelope = Envelope::Data;
    bool html = false;  ///< Responds with HTML unless Accept prefers application/json.
    /// The statuses of the route's responses besides 200 and those that every route has.
    std::vector<std::uint16_t> statuses{};
};

class RouteTable {
public:
    /// Adds a route. Rows are never moved in memory.
    void add(RouteRow row);

    /// Adds a route that equals the existing route with the pattern `of` in everything but the
    /// pattern. Both patterns have the same names in "{…}".
    void add_alias(std::string_view method, std::string_view pattern, std::string_view of);

    struct Found {
        const RouteRow* row = nullptr;
        /// The methods of the path when `row` is null; empty if there is no such path.
        std::string allowed;
        std::vector<std::pair<std::string_view, std::string>> parameters;
    };

    [[nodiscard]] Found find(std::string_view method,
                             const std::vector<std::string>& segments) const;

    [[nodiscard]] const std::deque<RouteRow>& rows() const { return rows_; }

    /// The schemas that rows name. Each group of routes adds its own schemas.
    [[nodiscard]] SchemaTable& schemas() { return schemas_; }

    [[nodiscard]] const SchemaTable& schemas() const { return schemas_; }

private:
    std::deque<RouteRow> rows_;
    SchemaTable schemas_;
};

}  // namespace botcore::host
