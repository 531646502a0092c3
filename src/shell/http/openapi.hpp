#pragma once

/// The OpenAPI 3.1 document of the API, made from the route table and its shapes, and the route
/// that serves it.
///
/// O1  Every row of the table is in the document: what is not described cannot be served.
///
/// Threads: the thread of the loop.

#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace botcore::shell::http {

/// Every shape that a row names must be in the table.
[[nodiscard]] boost::json::object openapi_document(const RouteTable& routes,
                                                   std::string_view version);

/// The document as it is kept in files: one line each for paths, methods and shapes.
[[nodiscard]] std::string openapi_text(const boost::json::object& document);

class DocumentRoutes {
public:
    explicit DocumentRoutes(std::string version) : version_(std::move(version)) {}

    /// The table outlives the door; rows added later are served too.
    void add_to(RouteTable& table);

private:
    std::string version_;
    std::string text_;  ///< Made at the first call.
};

}  // namespace botcore::shell::http
