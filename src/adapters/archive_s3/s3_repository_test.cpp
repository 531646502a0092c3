#include "adapters/archive_s3/s3_repository.hpp"

#include "adapters/archive_s3/s3_responses.hpp"
#include "adapters/archive_s3/s3_server_test.hpp"
#include "adapters/cache_redis/redis_server_test.hpp"
#include "apps/wiring/repository_place.hpp"
#include "net/peer_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace botcore::archive_s3 {
namespace {

using ports::RepositoryError;
using testing::HasSubstr;
using testing::Not;
using Kind = RepositoryError::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class S3Faults : public testing::Test {
protected:
    void SetUp() override {
        if (const auto missing = s3_server_missing(); !missing.empty()) {
            if (in_ci()) FAIL() << missing;
            GTEST_SKIP() << missing;
        }
        server_ = std::make_unique<S3Server>();
    }

    static std::unique_ptr<S3Repository> made(S3Options options) {
        return S3Repository::make(std::move(options)).value();
    }

    std::unique_ptr<S3Server> server_;
};

TEST_F(S3Faults, RejectsWrongCredentialsAndDoesNotShowThem) {
    S3Options options = server_->options();
    options.credentials.secret_key = host::Secret("not-the-secret");
    const auto repository = made(std::move(options));
    const auto put = repository->put("a", "one");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind, Kind::Refused);
    EXPECT_THAT(put.error().text, HasSubstr("403 SignatureDoesNotMatch"));
    EXPECT_THAT(put.error().text, Not(HasSubstr("not-the-secret")));
    EXPECT_EQ(repository->list("", "").error().kind, Kind::Refused);
    EXPECT_EQ(repository->remove("a").error().kind, Kind::Refused);
    EXPECT_THAT(repository->place(), Not(HasSubstr("not-the-secret")));
}

TEST_F(S3Faults, RejectsAServerWithAnUntrustedCertificate) {
    S3Options options = server_->options();
    options.authorities = server_->file("other.pem");
    net::make_certificate({options.authorities, server_->file("other-key.pem")}, "localhost");
    const auto repository = made(std::move(options));
    EXPECT_EQ(repository->get("a").error().kind, Kind::Refused);
    S3Options by_address = server_->options();
    by_address.place.endpoint.host = "127.0.0.1";
    EXPECT_EQ(made(std::move(by_address))->get("a").error().kind, Kind::Refused);
    S3Options no_file = server_->options();
    no_file.authorities = server_->file("none.pem");
    EXPECT_FALSE(S3Repository::make(std::move(no_file)));
}

TEST_F(S3Faults, AMissingBucketIsASettingsError) {
    const auto repository = made(server_->options("nobody"));
    const auto put = repository->put("a", "one");
    EXPECT_EQ(put.error().kind, Kind::Refused);
    EXPECT_THAT(put.error().text, HasSubstr("NoSuchBucket"));
}

TEST_F(S3Faults, GivesUpOnAHangingServerInTime) {
    S3Options options = server_->options();
    options.request_limit = milliseconds(300);
    options.call_limit = milliseconds(500);
    const auto repository = made(std::move(options));
    server_->hang();
    const auto begin = steady_clock::now();
    EXPECT_EQ(repository->put("a", "one").error().kind, Kind::Unavailable);
    EXPECT_EQ(repository->list("", "").error().kind, Kind::Unavailable);
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST_F(S3Faults, AServerCrashDuringPutsIsUnavailableAndLosesNoDonePut) {
    const auto repository = made(server_->options());
    ASSERT_TRUE(repository->put("first", "one"));
    const std::string large(std::size_t{8} << 20U, 'x');
    std::thread death([this] { server_->kill(); });
    bool died = false;
    for (int i = 0; i < 10'000 && !died; ++i) {
        const auto put = repository->put("large-" + std::to_string(i), large);
        died = !put;
        if (!put) EXPECT_EQ(put.error().kind, Kind::Unavailable) << put.error().text;
    }
    death.join();
    EXPECT_TRUE(died);
    EXPECT_EQ(repository->get("first").error().kind, Kind::Unavailable);
}

TEST_F(S3Faults, DoesNotOverwriteAnObjectOfAConcurrentWriter) {
    const auto repository = made(server_->options());
    const auto put = repository->put("raced-before", "ours");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind, Kind::Taken);
    EXPECT_EQ(repository->get("raced-before").value(), "bytes of somebody else");
    EXPECT_TRUE(repository->put("raced-before-2", "bytes of somebody else"));
}

TEST_F(S3Faults, NoticesAnOverwriteByAConcurrentWriter) {
    const auto repository = made(server_->options());
    EXPECT_EQ(repository->put("raced-after", "ours").error().kind, Kind::Taken);
}

TEST_F(S3Faults, LeavesKeysOutsideItsPrefixAlone) {
    const auto ours = made(server_->options());
    const auto theirs = made(server_->options("archive"));
    ASSERT_TRUE(theirs->put("bot-10/a", "one"));
    ASSERT_TRUE(theirs->put("a", "one"));
    ASSERT_TRUE(ours->put("b", "two"));
    ASSERT_EQ(ours->list("", "").value().size(), 1U);
    EXPECT_EQ(ours->list("", "").value().at(0).name, "b");
    EXPECT_EQ(theirs->list("", "").value().size(), 3U);
}

std::string http_answer(const std::string& status, const std::string& body = "") {
    return "HTTP/1.1 " + status +
           " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

TEST(S3Repository, MapsServerErrorsToRepositoryErrors) {
    EXPECT_EQ(s3_error_kind(403, "AccessDenied"), Kind::Refused);
    EXPECT_EQ(s3_error_kind(400, "AuthorizationHeaderMalformed"), Kind::Refused);
    EXPECT_EQ(s3_error_kind(301, "PermanentRedirect"), Kind::Refused);
    EXPECT_EQ(s3_error_kind(501, "NotImplemented"), Kind::Refused);
    EXPECT_EQ(s3_error_kind(404, "NoSuchKey"), Kind::Missing);
    EXPECT_EQ(s3_error_kind(404, "NoSuchBucket"), Kind::Refused);
    EXPECT_EQ(s3_error_kind(507, "XMinioStorageFull"), Kind::Full);
    EXPECT_EQ(s3_error_kind(403, "QuotaExceeded"), Kind::Full);
    EXPECT_EQ(s3_error_kind(503, "SlowDown"), Kind::Unavailable);
    EXPECT_EQ(s3_error_kind(400, "RequestTimeout"), Kind::Unavailable);
    EXPECT_EQ(s3_error_kind(409, "ConditionalRequestConflict"), Kind::Unavailable);
    EXPECT_EQ(s3_error_kind(429, ""), Kind::Unavailable);
}

std::unique_ptr<ports::Repository> made_at(int port, std::shared_ptr<ServerPause> pause) {
    auto made = apps::make_repository(
        {.place = "s3://archive?endpoint=http://127.0.0.1:" + std::to_string(port),
         .credentials = {.access_key = host::Secret("a"), .secret_key = host::Secret("b")},
         .pause = std::move(pause)});
    CHECK(made.has_value());
    return std::move(made).value();
}

TEST(S3Repository, ReportsAFullServer) {
    const cache_redis::FakeServer server({http_answer("507")});
    const auto repository = apps::make_repository(
        {.place = "s3://archive?endpoint=http://127.0.0.1:" + std::to_string(server.port()),
         .credentials = {.access_key = host::Secret("a"), .secret_key = host::Secret("b")}});
    ASSERT_TRUE(repository) << repository.error();
    EXPECT_EQ(repository.value()->put("a", "one").error().kind, Kind::Full);
    EXPECT_EQ(repository.value()->get("a").error().kind, Kind::Full);
}

/// A server that sends these responses, one a connection, and repeats the last one.
class ScriptedServer {
public:
    explicit ScriptedServer(std::deque<net::PeerStep> script)
        : peer_(context_, std::move(script)),
          port_(peer_.port()),
          thread_([this] { (void)context_.run(); }) {}

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Stops the server.
    [[nodiscard]] std::vector<std::string> requests() {
        context_.stop();
        thread_.join();
        return peer_.requests();
    }

    ~ScriptedServer() { context_.stop(); }

private:
    boost::asio::io_context context_;
    net::TestPeer peer_;
    std::uint16_t port_;
    std::jthread thread_;
};

// @spec:R2-RETRY-08
TEST(S3Repository, WaitsAsLongAsTheServerAsks) {
    const ScriptedServer server(
        {net::response(503, "", "Retry-After: 1\r\n"), net::response(200, "bytes")});
    const auto repository = made_at(server.port(), {});
    const auto begin = steady_clock::now();
    const auto got = repository->get("a");
    ASSERT_TRUE(got) << got.error().text;
    EXPECT_EQ(got.value(), "bytes");
    EXPECT_GE(steady_clock::now() - begin, std::chrono::seconds(1));
}

// @spec:X-14
TEST(S3Repository, SendsNothingIfTheRequestedPauseExceedsTheCallLimit) {
    ScriptedServer server(
        {net::response(429, "", "Retry-After: 600\r\n"), net::response(200, "bytes")});
    const auto pause = std::make_shared<ServerPause>();
    const auto repository = made_at(server.port(), pause);
    const auto got = repository->get("a");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, Kind::Unavailable);
    EXPECT_THAT(got.error().text, HasSubstr("another 600 s"));
    // Neither this repository nor another one that shares the pause sends a request. If one of them
    // did, the server would return the object.
    EXPECT_EQ(repository->get("a").error().kind, Kind::Unavailable);
    EXPECT_EQ(made_at(server.port(), pause)->put("a", "b").error().kind, Kind::Unavailable);
    EXPECT_EQ(server.requests().size(), 1U);
}

// @spec:R3-BKP-10
TEST(S3Repository, OnlySnapshotsUseTheConfiguredStorageClass) {
    for (const bool is_snapshot : {true, false}) {
        ScriptedServer server({net::response(404, "<Error><Code>NoSuchKey</Code></Error>"),
                               net::response(200, ""),
                               net::response(200, "one")});
        const auto repository = apps::make_repository(
            {.place = "s3://archive?endpoint=http://127.0.0.1:" + std::to_string(server.port()),
             .credentials = {.access_key = host::Secret("a"), .secret_key = host::Secret("b")},
             .storage_class = "STANDARD_IA"});
        ASSERT_TRUE(repository) << repository.error();
        const auto put = repository.value()->put(
            is_snapshot ? "timeline/1/snapshot/2/part-0001" : "timeline/1/segment/1-2", "one");
        ASSERT_TRUE(put) << put.error().text;
        const std::string request = server.requests().at(1);
        const auto sent = HasSubstr("x-amz-storage-class: STANDARD_IA\r\n");
        const auto is_signed = HasSubstr(";x-amz-storage-class,");
        if (is_snapshot) {
            EXPECT_THAT(request, testing::AllOf(sent, is_signed));
        } else {
            EXPECT_THAT(request, Not(HasSubstr("storage-class")));
        }
    }
}

TEST(S3Page, ParsesListingsStrictly) {
    const auto page = [](const std::string& inner) {
        return parse_s3_page("<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\">" + inner +
                             "</ListBucketResult>");
    };
    const std::string one = "<Contents><Key>a&amp;b</Key><Size>7</Size></Contents>";
    const auto last = page(one + "<IsTruncated>false</IsTruncated>");
    ASSERT_TRUE(last) << last.error();
    EXPECT_EQ(last.value().keys.at(0).name, "a&b");
    EXPECT_EQ(last.value().keys.at(0).bytes, 7U);
    EXPECT_EQ(last.value().next, "");
    const auto more = page(
        "<IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>t</NextContinuationToken>");
    EXPECT_EQ(more.value().next, "t");
    for (const char* inner : {"",
                              "<IsTruncated>true</IsTruncated>",
                              "<IsTruncated>TRUE</IsTruncated>",
                              "<IsTruncated>false</IsTruncated><Contents/>",
                              "<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>",
                              "<IsTruncated>false</IsTruncated>"
                              "<Contents><Key>a</Key><Size>-1</Size></Contents>"}) {
        EXPECT_FALSE(page(inner)) << inner;
    }
    EXPECT_FALSE(parse_s3_page(""));
    EXPECT_FALSE(parse_s3_page("<ListBucketResult><IsTruncated>false</IsTruncated>"));
    EXPECT_FALSE(parse_s3_page("<Error><Code>NoSuchKey</Code></Error>"));
    EXPECT_EQ(s3_error_code("<Error><Code>NoSuchKey</Code></Error>"), "NoSuchKey");
    EXPECT_EQ(s3_error_code("<Error><Code>No such\x1b</Code></Error>"), "");
    EXPECT_EQ(s3_error_code("Bad Gateway"), "");
}

TEST(S3Place, ParsesAPlaceOrReturnsTheError) {
    const auto place =
        parse_s3_place("s3://my-bucket/bot/1/?endpoint=https://s3.example.com&region=eu-central-1");
    ASSERT_TRUE(place) << place.error();
    EXPECT_EQ(place.value().bucket, "my-bucket");
    EXPECT_EQ(place.value().prefix, "bot/1");
    EXPECT_EQ(place.value().region, "eu-central-1");
    EXPECT_EQ(place.value().endpoint.authority(), "s3.example.com");
    EXPECT_EQ(parse_s3_place("s3://abc?endpoint=http://127.0.0.1:9000").value().region,
              "us-east-1");
    const std::string end = "?endpoint=https://h";
    for (const auto& [text, what] : std::vector<std::pair<std::string, const char*>>{
             {"http://h", "must begin with s3://"},
             {"s3://abc", "has no endpoint"},
             {"s3://" + end, "bucket"},
             {"s3://Abc" + end, "bucket"},
             {"s3://abc/a//b" + end, "prefix"},
             {"s3://abc/../b" + end, "prefix"},
             {"s3://abc" + end + "&region=", "each once"},
             {"s3://abc" + end + "&region=A", "region"},
             {"s3://abc" + end + "&secret=x", "each once"},
             {"s3://abc" + end + "&endpoint=https://h", "each once"},
             {"s3://abc" + end + "/path", "must not have a path"},
             {"s3://abc?endpoint=http://example.com", "https://"},
             {"s3://abc?endpoint=https://user:pw@h", "password"}}) {
        const auto refused = parse_s3_place(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_THAT(refused.error(), HasSubstr(what)) << text;
    }
}

TEST(RepositoryPlace, IsAFolderOrAnS3Address) {
    const auto at = [](const std::string& place, std::string key = {}, std::string secret = {}) {
        return apps::RepositoryOptions{
            .place = place,
            .credentials = {host::Secret(std::move(key)), host::Secret(std::move(secret))}};
    };
    EXPECT_FALSE(apps::make_repository(at("")));
    EXPECT_FALSE(apps::make_repository(at("https://h/bucket")));
    const std::string s3 = "s3://abc?endpoint=https://h";
    EXPECT_THAT(apps::make_repository(at(s3)).error(), HasSubstr("access key"));
    for (const char* key : {"a\r\nX-Evil: 1", "a b", "a/b", "a,b", "a=b", "\xc3\xa4", "a\n"}) {
        const auto refused = apps::make_repository(at(s3, key, "secret"));
        ASSERT_FALSE(refused) << key;
        EXPECT_THAT(refused.error(), HasSubstr("without spaces or line ends"));
    }
    EXPECT_FALSE(apps::make_repository(at(s3, "key", "sec\nret")));
    EXPECT_TRUE(apps::make_repository(at(s3, "key", "se/c+r=et")));
    for (const char* storage : {"standard", "A B", "A\r\n", "GLACIER", "DEEP_ARCHIVE"}) {
        apps::RepositoryOptions options = at(s3, "key", "secret");
        options.storage_class = storage;
        EXPECT_THAT(apps::make_repository(std::move(options)).error(), HasSubstr("storage class"));
    }
    const std::string folder = testing::TempDir() + "place-" + std::to_string(::getpid());
    EXPECT_FALSE(apps::make_repository(at(folder), archive_folder::IfMissing::Refuse));
    EXPECT_FALSE(std::filesystem::exists(folder));
    const auto made = apps::make_repository(at(folder));
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made.value()->place(), folder);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace botcore::archive_s3
