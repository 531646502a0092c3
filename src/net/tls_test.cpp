#include "net/http_server.hpp"
#include "net/tls_client_test.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <type_traits>

namespace botcore::net {
namespace {

using namespace std::chrono_literals;

class BodyHandler : public HttpHandler {
public:
    void handle(HttpRequest request, Respond respond) override {
        HttpResponse response;
        response.body = request.target == "/large" ? std::string(1U << 20U, 'x') : request.remote;
        if (request.target == "/wait") {
            waiting = std::move(respond);
            arrived.set_value();
        } else {
            respond(std::move(response));
        }
    }

    Respond waiting;
    std::promise<void> arrived;
};

class Tls : public testing::Test {
protected:
    void SetUp() override {
        files = {folder_.file("certificate.pem"), folder_.file("key.pem")};
        make_certificate(files, "first");
    }

    void TearDown() override {
        if (thread_.joinable()) {
            on_loop([this] { server_.reset(); });
            guard_.reset();
            context_.stop();
            thread_.join();
        }
        server_.reset();
    }

    std::string start() {
        HttpServerOptions options;
        options.tls = files;
        options.tls_handshake_within = 200ms;
        server_.emplace(context_, options, handler);
        const std::string trouble = server_->start();
        if (trouble.empty()) thread_ = std::thread([this] { context_.run(); });
        return trouble;
    }

    template <class Work>
    std::invoke_result_t<Work&> on_loop(Work work) {
        using Result = std::invoke_result_t<Work&>;
        std::promise<Result> done;
        boost::asio::post(context_, [&] {
            if constexpr (std::is_void_v<Result>) {
                work();
                done.set_value();
            } else {
                done.set_value(work());
            }
        });
        return done.get_future().get();
    }

    static std::string get(std::string_view path) {
        return "GET " + std::string(path) +
               " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    }

    [[nodiscard]] std::uint16_t port() const { return server_->port(); }

    TlsFiles files;
    BodyHandler handler;
    scratch::TemporaryFolder folder_;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
        context_.get_executor()};
    std::optional<HttpServer> server_;
    std::thread thread_;
};

TEST_F(Tls, RespondsOverTlsAndAnnouncesHsts) {
    ASSERT_EQ(start(), "");
    TlsClient client(port());
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.version(), "TLSv1.3");
    client.send(get("/"));
    const std::string answer = client.receive_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
    EXPECT_NE(answer.find("Strict-Transport-Security: max-age=31536000"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("127.0.0.1")) << answer;
    EXPECT_TRUE(client.closed_properly);
}

TEST_F(Tls, SendsALargeResponseCompletely) {
    ASSERT_EQ(start(), "");
    TlsClient client(port(), TLS1_2_VERSION);
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.version(), "TLSv1.2");
    client.send(get("/large"));
    const std::string answer = client.receive_all();
    EXPECT_TRUE(answer.ends_with(std::string(1U << 20U, 'x'))) << answer.size();
}

TEST_F(Tls, RefusesOldVersionsAndPlainText) {
    ASSERT_EQ(start(), "");
    EXPECT_FALSE(TlsClient(port(), TLS1_1_VERSION).connected());
    TestClient plain(port());
    plain.send(get("/"));
    EXPECT_EQ(plain.receive().status, 0);
}

TEST_F(Tls, DisconnectsAClientThatNeverBeginsTheHandshake) {
    ASSERT_EQ(start(), "");
    TestClient silent(port());
    ASSERT_TRUE(silent.connected());
    EXPECT_TRUE(silent.ended());
    TlsClient other(port());
    EXPECT_TRUE(other.connected());
}

TEST_F(Tls, ReloadsARenewedCertificateAndKeepsTheOldOneIfItIsInvalid) {
    ASSERT_EQ(start(), "");
    EXPECT_EQ(TlsClient(port()).name(), "first");
    make_certificate(files, "second");
    EXPECT_EQ(on_loop([this] { return server_->reload_tls(); }), "");
    EXPECT_EQ(TlsClient(port()).name(), "second");
    std::ofstream(files.certificate) << "M4rk3d is no certificate\n";
    const std::string trouble = on_loop([this] { return server_->reload_tls(); });
    EXPECT_NE(trouble.find("certificate.pem"), std::string::npos) << trouble;
    EXPECT_EQ(trouble.find("M4rk3d"), std::string::npos) << trouble;
    EXPECT_EQ(TlsClient(port()).name(), "second");
}

TEST_F(Tls, DoesNotStartWithInvalidFiles) {
    const TlsFiles good = files;
    files.certificate = folder_.file("missing.pem");
    EXPECT_NE(start().find("missing.pem"), std::string::npos);
    files = {good.certificate, folder_.file("bad.pem")};
    std::ofstream(files.key) << "-----BEGIN PRIVATE KEY-----\nM4rk3d\n-----END PRIVATE KEY-----\n";
    ::chmod(files.key.c_str(), 0600);
    const std::string trouble = start();
    EXPECT_NE(trouble.find("bad.pem"), std::string::npos) << trouble;
    EXPECT_EQ(trouble.find("M4rk3d"), std::string::npos) << trouble;
    const TlsFiles other{folder_.file("other.pem"), folder_.file("other-key.pem")};
    make_certificate(other, "other");
    files = {good.certificate, other.key};
    EXPECT_NE(start().find("other-key.pem"), std::string::npos);
    files = good;
    ::chmod(files.key.c_str(), 0644);
    EXPECT_NE(start().find("every user may access"), std::string::npos);
}

TEST_F(Tls, SendsTheLastResponseBeforeItStops) {
    ASSERT_EQ(start(), "");
    TlsClient client(port());
    client.send(get("/wait"));
    handler.arrived.get_future().wait();
    std::promise<void> drained;
    on_loop([&] {
        server_->stop(30s, [&] { drained.set_value(); });
        HttpResponse response;
        response.body = std::string(200'000, 'y');
        handler.waiting(std::move(response));
    });
    const std::string answer = client.receive_all();
    EXPECT_TRUE(answer.ends_with(std::string(200'000, 'y'))) << answer.size();
    drained.get_future().wait();
}

}  // namespace
}  // namespace botcore::net
