#pragma once

/// An HTTP server over real sockets and a handler that echoes the request, for tests.

#include "host/error_body.hpp"
#include "net/http_server.hpp"
#include "net/test_client_test.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace botcore::net {

/// A handler that echoes the request. It responds to "/wait" later, to "/cached" with its own
/// Cache-Control, and never to "/never".
class EchoHandler : public HttpHandler {
public:
    void handle(HttpRequest request, Respond respond) override {
        const std::string name = request.segments.empty() ? "" : request.segments.front();
        HttpResponse response;
        response.body =
            request.method + " " + request.target + " " + request.body + " " + request.request_id;
        for (const auto& [header, value] : request.headers)
            response.body += " " + header + "=" + value;
        if (name == "cached") response.headers.emplace_back("Cache-Control", "public, max-age=10");
        if (name == "wait") {
            waiting.emplace_back(std::move(respond));
        } else if (name == "never") {
            forgotten.emplace_back(std::move(respond));
        } else {
            respond(response);
            respond(response);  // The second response must be ignored.
        }
    }

    void on_finished(const HttpExchange& exchange) override { last_status = exchange.status; }

    std::vector<Respond> waiting;
    std::vector<Respond> forgotten;
    std::atomic<int> last_status{0};
};

class HttpServerOverSockets : public testing::Test {
protected:
    void start(HttpServerOptions options = {}) {
        options.render_error = host::render_error_body;
        server_.emplace(context_, std::move(options), handler_);
        ASSERT_EQ(server_->start(), "");
        thread_ = std::thread([this] { context_.run(); });
    }

    template <class Work>
    void on_loop(Work work) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    void TearDown() override {
        if (!thread_.joinable()) return;
        on_loop([this] { server_.reset(); });
        guard_.reset();
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    /// Waits until the handler holds `count` requests.
    void await_waiting(std::size_t count) {
        std::size_t waiting = 0;
        while (waiting < count)
            on_loop([&] { waiting = handler_.waiting.size(); });
    }

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        context_.get_executor()};
    EchoHandler handler_;
    std::optional<HttpServer> server_;
    std::thread thread_;
};

}  // namespace botcore::net
