#pragma once

/// All routes of the API: the handler, the access and the description of each. Each group of routes
/// (`…Routes`) adds its rows once at the start; the OpenAPI document is generated from the table.
///
/// T1  Each pair of method and pattern is in the table once; of two patterns that match a path, the
///     one added first wins.
///
/// Threads: the thread of the loop.

#include "shell/http/request_context.hpp"
#include "shell/http/schema_table.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

/// Who may use a route. Each role may also do what the roles before it may.
enum class Access : std::uint8_t { Public, Viewer, Trader, Operator };

/// What a route is for; it decides what is shed or refused first.
enum class Purpose : std::uint8_t {
    Probe,  ///< Health, metrics, pings: always served.
    Read,   ///< Shed first.
    Entry,  ///< Can raise the risk; refused in maintenance and under overload.
    Exit,   ///< Lowers the risk: a cancel or a close. Never shed (I9).
    Admin   ///< Operator commands, logins: neither shed nor refused in maintenance.
};

/// The rate limit that a route counts under.
enum class Limit : std::uint8_t {
    Purpose,       ///< The caller's, by the route's purpose; the address's on a public route.
    Login,         ///< Password guesses, by address.
    Registration,  ///< By address, unless an operator makes the request.
};

/// What surrounds the data of a success response.
enum class Envelope : std::uint8_t {
    Data,   ///< `{"data":…,"timestamp":…}`
    Plain,  ///< The JSON body has the schema `response`, without an envelope.
    Text    ///< Not JSON.
};

/// A name that the query may contain.
struct QueryParameterRow {
    std::string_view name;
    std::string_view schema;  ///< Name in the schema table.
    std::string_view text;    ///< What it does.
};

/// One route. Its texts are literals.
struct RouteRow {
    std::string_view method = "GET";
    std::string pattern{};  ///< "{…}" matches any one segment.
    Access access = Access::Viewer;
    Purpose purpose = Purpose::Read;
    std::function<void(RequestContext&)> handler{};
    Limit limit = Limit::Purpose;

    // The following is for the document and, where noted, for checks before the handler.
    std::string_view tag{};
    std::string_view summary{};
    std::vector<QueryParameterRow>
        query{};                  ///< Checked: any other name is refused (not on Public routes).
    bool key_needed = false;      ///< Requires an Idempotency-Key, as all commands do.
    bool versioned = false;       ///< Accepts an If-Match.
    bool etag = false;            ///< Returns the version as ETag.
    bool cached = false;          ///< States in X-Cache whether the response came from the cache.
    std::string_view request{};   ///< Schema of the body; empty: none.
    std::string_view response{};  ///< Schema of the data in a success response.
    Envelope envelope = Envelope::Data;
    std::vector<std::uint16_t> statuses{};  ///< Besides 200 and those of every route.
};

class RouteTable {
public:
    /// Contains the schemas that all groups of routes share.
    RouteTable();

    /// Adds a route. Rows are never moved in memory.
    void add(RouteRow row);

    /// Adds a route that equals an existing one in everything but its address. Both patterns have
    /// the same names in "{…}".
    void add_alias(std::string_view method, std::string_view pattern, std::string_view of);

    struct Found {
        const RouteRow* row = nullptr;
        std::string allowed;  ///< The path's methods when `row` is null; empty: no such path.
        std::vector<std::pair<std::string_view, std::string>> parameters;
    };

    [[nodiscard]] Found find(std::string_view method,
                             const std::vector<std::string>& segments) const;

    [[nodiscard]] const std::deque<RouteRow>& rows() const { return rows_; }

    /// The schemas that rows name. Each group of routes adds its own.
    [[nodiscard]] SchemaTable& schemas() { return schemas_; }

    [[nodiscard]] const SchemaTable& schemas() const { return schemas_; }

private:
    std::deque<RouteRow> rows_;
    SchemaTable schemas_;
};

}  // namespace botcore::shell::http
