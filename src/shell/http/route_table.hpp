#pragma once

/// All routes of the API: what each answers to, who may use it, and what its document says. The
/// groups ("doors") add their rows once at the start; the OpenAPI document is made from the table.
///
/// T1  A method and pattern stands in the table once; of two patterns that fit a path, the one
///     added first wins.
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

/// Who may use a route. Each may all that those before it may.
enum class Access : std::uint8_t { Public, Viewer, Trader, Operator };

/// What a route is for; what is shed or refused first depends on it.
enum class Purpose : std::uint8_t {
    Probe,  ///< Health, metrics, pings: always answered.
    Read,   ///< Shed first.
    Entry,  ///< Can raise a risk; refused in maintenance and under overload.
    Exit,   ///< Lowers a risk: a cancel or a close. Never shed (I9).
    Admin   ///< The operator's acts, logins: neither shed nor refused in maintenance.
};

/// Which limit on the rate of requests a route counts under.
enum class Limit : std::uint8_t {
    Purpose,       ///< The caller's, by the route's purpose; of a public route the address's.
    Login,         ///< Guesses of passwords, by address.
    Registration,  ///< By address, unless an operator asks.
};

/// What surrounds the data of a success.
enum class Envelope : std::uint8_t {
    Data,   ///< `{"data":…,"timestamp":…}`
    Plain,  ///< The JSON body is as `response` says.
    Text    ///< Not JSON.
};

/// A name that the query may have.
struct QueryRow {
    std::string_view name;
    std::string_view schema;  ///< In the schema table.
    std::string_view text;    ///< What it does.
};

/// One route. Texts are literals.
struct RouteRow {
    std::string_view method = "GET";
    std::string pattern{};  ///< "{…}" stands for any one segment.
    Access access = Access::Viewer;
    Purpose purpose = Purpose::Read;
    std::function<void(RequestContext&)> handler{};
    Limit limit = Limit::Purpose;

    // What follows is for the document, and for the checks before the handler where it says so.
    std::string_view tag{};
    std::string_view summary{};
    std::vector<QueryRow> query{};  ///< Checked: any other name is refused (not on Public routes).
    bool key_needed = false;        ///< Takes an Idempotency-Key, as all commands do.
    bool versioned = false;         ///< Takes an If-Match.
    bool etag = false;              ///< Answers the version as ETag.
    bool cached = false;            ///< Says in X-Cache whether the cache knew it.
    std::string_view request{};     ///< Schema of the body; empty: none.
    std::string_view response{};    ///< Schema of a success's data.
    Envelope envelope = Envelope::Data;
    std::vector<std::uint16_t> statuses{};  ///< Besides 200 and those that every route can answer.
};

class RouteTable {
public:
    /// With the shapes that all doors share.
    RouteTable();

    /// Adds a route. Rows stay where they are from then on.
    void add(RouteRow row);

    /// Adds a route that is in all but its address like one that is there. The patterns have the
    /// same names in "{…}".
    void add_alias(std::string_view method, std::string_view pattern, std::string_view of);

    struct Found {
        const RouteRow* row = nullptr;
        std::string allowed;  ///< The path's methods, where `row` is null; empty: no such path.
        std::vector<std::pair<std::string_view, std::string>> parameters;
    };

    [[nodiscard]] Found find(std::string_view method,
                             const std::vector<std::string>& segments) const;

    [[nodiscard]] const std::deque<RouteRow>& rows() const { return rows_; }

    /// The shapes that rows name. ApiRoutes add theirs.
    [[nodiscard]] SchemaTable& schemas() { return schemas_; }

    [[nodiscard]] const SchemaTable& schemas() const { return schemas_; }

private:
    std::deque<RouteRow> rows_;
    SchemaTable schemas_;
};

}  // namespace botcore::shell::http
