#include "adapters/archive_s3/s3_repository.hpp"

#include "adapters/archive_s3/s3_responses.hpp"
#include "base/time_text.hpp"
#include "net/http_attempt.hpp"
#include "runtime/archive/object_name.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace botcore::archive_s3 {

using net::HttpTransport;
using net::OutboundHttpRequest;
using net::OutboundHttpResponse;
using ports::RepositoryError;
using ports::RepositoryOutcome;
using ports::RepositoryResult;
using ports::StoredObject;
using resilience::AttemptEnd;
using Fault = RepositoryError::Kind;
using std::chrono::steady_clock;

namespace {

constexpr int kPagesMax = 10'000;
constexpr std::chrono::microseconds kPauseMin = std::chrono::milliseconds(100);
constexpr std::size_t kStorageClassMax = 32;
/// Part of the name of every snapshot part.
constexpr std::string_view kSnapshots = "/snapshot/";
// A page of 1,000 keys of 1,024 characters with all the elements that a server may list for each.
constexpr std::size_t kPageBytesMax = std::size_t{8} << 20U;

base::Timestamp wall_now() {
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch())
            .count());
}

base::Failure<RepositoryError> failure(Fault kind, std::string text) {
    return {RepositoryError{kind, std::move(text)}};
}

base::Failure<RepositoryError> refusal(const OutboundHttpResponse& answer) {
    const std::string code = s3_error_code(answer.body);
    std::string text = "the server responded with status " + std::to_string(answer.result.status);
    if (!code.empty()) text.append(" ").append(code);
    return failure(s3_error_kind(answer.result.status, code), std::move(text));
}

/// Whether the text can be sent in a header as it is: no spaces, no line ends, nothing that needs
/// an encoding.
bool is_header_word(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// What is wrong with the settings that are sent in headers; does not repeat their values.
base::Outcome<std::string> check_words(const S3Options& options) {
    const auto key = options.credentials.access_key.reveal();
    if (key.empty() || options.credentials.secret_key.reveal().empty()) {
        return base::Failure{
            std::string("a repository in S3 requires an access key and its secret")};
    }
    if (!is_header_word(key) || key.find_first_of("/,=") != std::string_view::npos ||
        !is_header_word(options.credentials.secret_key.reveal()) ||
        !is_header_word(options.credentials.session_token.reveal())) {
        return base::Failure{
            std::string("an S3 access key and its secret must be letters, digits and signs without "
                        "spaces or line ends; the access key must not contain '/', ',' or '='")};
    }
    const std::string& storage = options.storage_class;
    const bool is_word = std::ranges::all_of(storage, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!is_word || storage.size() > kStorageClassMax) {
        return base::Failure{std::string("a storage class must be a word such as STANDARD_IA")};
    }
    if (storage == "GLACIER" || storage == "DEEP_ARCHIVE") {
        return base::Failure{"objects in the storage class " + storage +
                             " cannot be read back immediately, so no backup there could be "
                             "verified; use a class such as GLACIER_IR"};
    }
    return base::Done{};
}

/// The error for a request without a response.
base::Failure<RepositoryError> broken(const OutboundHttpResponse& answer) {
    // If the server's certificate is rejected, a retry does not help.
    const Fault kind =
        answer.result.end == AttemptEnd::CertificateRefused ? Fault::Refused : Fault::Unavailable;
    return failure(kind, "no response from the server: " + answer.detail);
}

}  // namespace

struct S3Repository::Wire {
    boost::asio::io_context context;
    std::unique_ptr<HttpTransport> transport;
};

/// One call of the repository; its requests share the call's time limit.
class S3Repository::Call {
public:
    Call(const S3Options& options, Wire& wire)
        : options_(options),
          wire_(wire),
          end_(steady_clock::now() + options.call_limit) {}

    [[nodiscard]] std::string path_of(std::string_view name) const {
        const S3Place& place = options_.place;
        std::string path = "/" + place.bucket + "/";
        if (!place.prefix.empty()) path += place.prefix + "/";
        return path.append(name);
    }

    /// The response with any status, or an error if there is none. If the server asks for a pause,
    /// the request is sent again after it.
    RepositoryResult<OutboundHttpResponse> ask(const RequestToSign& request,
                                               const std::string& body,
                                               std::size_t response_bytes_max) {
        while (true) {
            (void)TRY(await_pause());
            auto answer = TRY(ask_once(request, body, response_bytes_max));
            const std::uint16_t status = answer.result.status;
            const bool puts_off = status == 429 || status == 503;
            if (!puts_off || !answer.result.retry_after) return answer;
            const std::chrono::microseconds asked(answer.result.retry_after->in_microseconds());
            // A pause of zero must not cause a busy loop.
            options_.pause->ask(steady_clock::now() + std::max(asked, kPauseMin));
        }
    }

private:
    RepositoryOutcome await_pause() {
        const auto until = options_.pause->until();
        if (until <= steady_clock::now()) return base::Done{};
        if (until >= end_) {
            const auto left = std::chrono::ceil<std::chrono::seconds>(until - steady_clock::now());
            return failure(
                Fault::Unavailable,
                "the server asked to wait for another " + std::to_string(left.count()) + " s");
        }
        wire_.context.restart();
        boost::asio::steady_timer timer(wire_.context, until);
        timer.async_wait([](const boost::system::error_code&) {});
        (void)wire_.context.run();
        return base::Done{};
    }

    RepositoryResult<OutboundHttpResponse> ask_once(RequestToSign request,
                                                    std::string body,
                                                    std::size_t response_bytes_max) {
        OutboundHttpRequest http_request = signed_request(std::move(request), body);
        http_request.body = std::move(body);
        http_request.response_bytes_max = response_bytes_max;
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end_ - steady_clock::now());
        const auto limit = std::min(left, options_.request_limit);
        if (limit.count() <= 0) return failure(Fault::Unavailable, "the call took too long");
        std::optional<OutboundHttpResponse> answer;
        const auto attempt = wire_.transport->start(
            options_.place.endpoint,
            std::move(http_request),
            limit,
            [&answer](OutboundHttpResponse response) { answer = std::move(response); });
        wire_.context.restart();
        while (!answer && wire_.context.run_one_until(end_ + options_.request_limit) > 0) {
        }
        if (!answer) {
            attempt->cancel();
            return failure(Fault::Unavailable, "the request did not end in time");
        }
        if (answer->result.end != AttemptEnd::Answered) return broken(*answer);
        return *std::move(answer);
    }

    [[nodiscard]] OutboundHttpRequest signed_request(RequestToSign request,
                                                     std::string_view body) const {
        const base::Timestamp now = wall_now();
        const S3Credentials& credentials = options_.credentials;
        request.payload_hash = sha256_hex(body);
        request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
        request.headers.emplace_back("x-amz-date", base::to_compact_iso8601(now));
        if (const auto token = credentials.session_token.reveal(); !token.empty()) {
            request.headers.emplace_back("x-amz-security-token", token);
        }
        OutboundHttpRequest http_request;
        http_request.headers = request.headers;
        request.headers.emplace_back("host", options_.place.endpoint.authority());
        http_request.headers.emplace_back(
            "authorization",
            authorization(credentials, {options_.place.region, "s3", now}, request));
        http_request.method = request.method;
        http_request.path = request.path;
        if (!request.query.empty()) http_request.path += "?" + canonical_query(request.query);
        http_request.content_type = "application/octet-stream";
        return http_request;
    }

    const S3Options& options_;
    Wire& wire_;
    steady_clock::time_point end_;
};

S3Repository::S3Repository(S3Options options, std::unique_ptr<Wire> wire)
    : options_(std::move(options)),
      wire_(std::move(wire)) {
}

S3Repository::~S3Repository() = default;

base::Result<std::unique_ptr<S3Repository>, std::string> S3Repository::make(S3Options options) {
    (void)TRY(check_words(options));
    if (!options.pause) options.pause = std::make_shared<ServerPause>();
    auto wire = std::make_unique<Wire>();
    wire->transport = TRY(HttpTransport::make(wire->context, options.authorities));
    return std::unique_ptr<S3Repository>(new S3Repository(std::move(options), std::move(wire)));
}

RepositoryResult<std::string> S3Repository::get_in(Call& call, std::string_view name) {
    const std::string path = call.path_of(name);
    auto answer = TRY(call.ask({.method = "GET", .path = path}, {}, kObjectBytesMax));
    if (answer.result.status != 200) return refusal(answer);
    return std::move(answer.body);
}

RepositoryOutcome S3Repository::put(std::string_view name, std::string_view bytes) {
    (void)TRY(runtime::archive::check_object(name, bytes.size()));
    Call call(options_, *wire_);
    const auto compare = [&]() -> RepositoryOutcome {
        const std::string there = TRY(get_in(call, name));
        if (there == bytes) return base::Done{};
        return failure(Fault::Taken, std::string(name) + " already exists with other content");
    };
    auto before = compare();
    if (before || before.error().kind != Fault::Missing) return before;
    const std::string path = call.path_of(name);
    RequestToSign request{.method = "PUT", .path = path, .headers = {{"if-none-match", "*"}}};
    if (!options_.storage_class.empty() && name.find(kSnapshots) != std::string_view::npos) {
        request.headers.emplace_back("x-amz-storage-class", options_.storage_class);
    }
    const auto answer = TRY(call.ask(request, std::string(bytes), net::kResponseBytesMax));
    // 412: another writer was faster; comparing the object tells whether its bytes are the same.
    if (answer.result.status != 200 && answer.result.status != 412) return refusal(answer);
    auto after = compare();
    if (!after && after.error().kind == Fault::Missing) {
        return failure(Fault::Unavailable, std::string(name) + " was stored, but cannot be found");
    }
    return after;
}

RepositoryResult<std::string> S3Repository::get(std::string_view name) {
    (void)TRY(runtime::archive::check_object(name, 0));
    Call call(options_, *wire_);
    return get_in(call, name);
}

RepositoryResult<std::vector<StoredObject>> S3Repository::list(std::string_view prefix,
                                                               std::string_view after) {
    Call call(options_, *wire_);
    const std::string path = "/" + options_.place.bucket;
    const std::string ours = options_.place.prefix.empty() ? "" : options_.place.prefix + "/";
    std::vector<StoredObject> found;
    std::string token;
    for (int page_number = 0; page_number < kPagesMax; ++page_number) {
        NamesAndValues query{{"list-type", "2"},
                             {"max-keys", std::to_string(options_.keys_of_a_page)},
                             {"prefix", ours + std::string(prefix)}};
        if (!after.empty()) query.emplace_back("start-after", ours + std::string(after));
        if (!token.empty()) query.emplace_back("continuation-token", token);
        const auto answer =
            TRY(call.ask({.method = "GET", .path = path, .query = query}, {}, kPageBytesMax));
        if (answer.result.status != 200) return refusal(answer);
        auto page = parse_s3_page(answer.body);
        if (!page) return failure(Fault::Unavailable, page.error());
        for (const StoredObject& object : page.value().keys) {
            if (!object.name.starts_with(ours)) continue;
            const std::string name = object.name.substr(ours.size());
            if (!runtime::archive::is_object_name(name) || !name.starts_with(prefix))
                continue;  // S2
            if (after.empty() || name > after) found.push_back({name, object.bytes});
        }
        token = page.value().next;
        if (!token.empty()) continue;
        // The order that we guarantee must not depend on the server's order.
        std::ranges::sort(found, {}, &StoredObject::name);
        return found;
    }
    return failure(Fault::Unavailable, "the server's list of objects has too many pages");
}

RepositoryOutcome S3Repository::remove(std::string_view name) {
    (void)TRY(runtime::archive::check_object(name, 0));
    Call call(options_, *wire_);
    const std::string path = call.path_of(name);
    const auto answer =
        TRY(call.ask({.method = "DELETE", .path = path}, {}, net::kResponseBytesMax));
    if (answer.result.status / 100 == 2) return base::Done{};
    auto refused = refusal(answer);
    if (refused.error.kind == Fault::Missing) return base::Done{};
    return refused;
}

std::string S3Repository::place() const {
    const S3Place& place = options_.place;
    const std::string prefix = place.prefix.empty() ? "" : "/" + place.prefix;
    return "s3://" + place.bucket + prefix + " at " + place.endpoint.authority();
}

}  // namespace botcore::archive_s3
