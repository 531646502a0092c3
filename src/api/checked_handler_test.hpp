#pragma once

/// Wraps the API in tests and checks every response against the API's own OpenAPI document: the
/// route, the status, the headers and each field of the body must be described there.

#include "api/api.hpp"
#include "api/exchange_recorder_test.hpp"
#include "api/openapi.hpp"
#include "api/schema_check_test.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace botcore::api {

class CheckedHandler final : public net::HttpHandler {
public:
    /// Both outlive this object; the table is complete before the first request.
    CheckedHandler(net::HttpHandler& inner, const host::RouteTable& routes)
        : inner_(inner),
          routes_(routes) {}

    void handle(net::HttpRequest request, net::Respond respond) override {
        if (recorder_.is_on()) {
            respond = [this,
                       exchange = ExchangeRecorder::request_of(request),
                       respond = std::move(respond)](net::HttpResponse response) mutable {
                recorder_.record(std::move(exchange), response);
                respond(std::move(response));
            };
        }
        const std::string method = request.method == "HEAD" ? "GET" : request.method;
        // A browser's preflight request belongs to no route.
        if (method == "OPTIONS") return inner_.handle(std::move(request), std::move(respond));
        const auto found = routes_.find(method, request.segments);
        const std::string what = method + " " + request.target;
        inner_.handle(std::move(request),
                      [this, row = found.row, what, respond = std::move(respond)](
                          net::HttpResponse response) {
                          check(row, what, response);
                          respond(std::move(response));
                      });
    }

    void on_finished(const net::HttpExchange& exchange) override { inner_.on_finished(exchange); }

    /// Checks an error body of the server itself, or of a request without a route.
    void check_error(const std::string& what, std::string_view body) {
        check_body(what, body, host::SchemaTable::use("Error"));
    }

private:
    const boost::json::value& document() {
        if (!schemas_) {
            document_ = openapi_document(routes_, "test");
            schemas_.emplace(document_);
        }
        return document_;
    }

    void check_body(const std::string& what,
                    std::string_view body,
                    const boost::json::object& schema) {
        boost::json::error_code error;
        const auto value = boost::json::parse(body, error);
        ASSERT_FALSE(error) << what << ": " << body;
        (void)document();
        EXPECT_EQ(schemas_->violation(value, schema), "") << what << "\n" << body;
    }

    void check(const host::RouteRow* row,
               const std::string& what,
               const net::HttpResponse& response) {
        if (row == nullptr) {
            EXPECT_TRUE(response.status == 401 || response.status == 404 || response.status == 405)
                << what << " responded with " << response.status;
            return check_error(what, response.body);
        }
        std::string method(row->method);
        std::transform(method.begin(), method.end(), method.begin(), [](char c) {
            return static_cast<char>(c - 'A' + 'a');
        });
        const auto& responses =
            document().at("paths").at(row->pattern).at(method).at("responses").as_object();
        const auto* described = responses.if_contains(std::to_string(response.status));
        ASSERT_NE(described, nullptr) << what << " responded with " << response.status
                                      << ", which the document does not have";
        if (const auto* shared = described->as_object().if_contains("$ref")) {
            const std::string_view place = shared->as_string();
            described = &document_.at_pointer(place.substr(1));
        }
        for (const auto& [name, value] : response.headers) {
            if (name == "Vary" || name.starts_with("Access-Control-")) continue;
            EXPECT_TRUE(described->at("headers").as_object().contains(name))
                << what << " has an undescribed header " << name;
        }
        const auto* content = described->as_object().if_contains("content");
        if (content == nullptr) {
            EXPECT_EQ(response.body, "") << what;
            return;
        }
        const std::string_view type =
            response.content_type.substr(0, response.content_type.find(';'));
        const auto* media = content->as_object().if_contains(type);
        ASSERT_NE(media, nullptr) << what << " has the undescribed type " << type;
        if (type == "application/json")
            check_body(what, response.body, media->at("schema").as_object());
    }

    net::HttpHandler& inner_;
    const host::RouteTable& routes_;
    boost::json::value document_;  ///< Made at the first response, with `schemas_`.
    std::optional<SchemaCheck> schemas_;
    ExchangeRecorder recorder_;
};

}  // namespace botcore::api
