#pragma once

/// The OpenAPI 3.1 document of the API, generated from the route table and its schemas, and the
/// route that serves it.
///
/// O1  Every row of the route table is in the document, so a route that is not described cannot be
///     served.
///
/// Threads: the thread of the loop.

#include "host/route_table.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace botcore::api {

/// Generates the document. Every schema that a row names must be in the table.
[[nodiscard]] boost::json::object openapi_document(const host::RouteTable& routes,
                                                   std::string_view version);

/// The document in the form that is stored in files: one line for each path, method and schema.
[[nodiscard]] std::string openapi_text(const boost::json::object& document);

class DocumentRoutes {
public:
    explicit DocumentRoutes(std::string version) : version_(std::move(version)) {}

    /// Adds the route of the document. The table outlives this object; rows that are added to the
    /// table later are in the document, too.
    void add_to(host::RouteTable& table);

private:
    std::string version_;
    std::string text_;  ///< Generated at the first request.
};

}  // namespace botcore::api
