/// Whole HTTP requests to the complete API: target, query, headers and bodies of every route. Each
/// gets one response that matches the API's own document, and a request that cannot be parsed
/// changes nothing.

#include "api/api_context.hpp"
#include "base/check.hpp"
#include "net/http_wire.hpp"
#include "net/request_rules.hpp"
#include "tests/api_world/api_world.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace botcore;
using namespace botcore;
using namespace botcore;
namespace beast = boost::beast;

/// Few requests per world, so that its state stays small and a finding is reproduced by few
/// requests.
constexpr int kRequestsOfAWorld = 500;
constexpr std::size_t kHeadMax = 8 * 1'024;
constexpr std::size_t kBodyMax = 64 * 1'024;

std::optional<net::HttpRequest> request_in(std::string_view text) {
    beast::http::request_parser<beast::http::string_body> parser;
    parser.eager(true);
    parser.header_limit(kHeadMax);
    parser.body_limit(kBodyMax);
    beast::error_code error;
    const std::size_t used = parser.put(boost::asio::buffer(text.data(), text.size()), error);
    CHECK(used <= text.size());
    if (error || !parser.is_done()) return std::nullopt;
    auto& message = parser.get();
    static const net::HostNames kHosts = std::move(net::HostNames::parse("x, test")).value();
    const auto form = net::split_target({message.target().data(), message.target().size()});
    if (net::check_head(message, form, kHosts)) return std::nullopt;
    CHECK(form.has_value());
    net::HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = form->origin_form;
    static const std::string kAddress = "127.0.0.1";
    static const net::TrustedProxies kNoProxies{};
    net::take_head(message, {kAddress, kNoProxies}, request);
    request.body = std::move(message.body());
    request.request_id = "req_fuzz";
    net::Target target;
    if (!net::parse_target(request.target, target)) return std::nullopt;
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
    return request;
}

struct Ask {
    std::promise<net::HttpResponse> first;
    int answers = 0;
};

/// True when the body or one of its fields could not be parsed.
bool is_not_understood(const net::HttpResponse& response) {
    return response.error_code == "INVALID_JSON" || response.error_code == "UNKNOWN_FIELD" ||
           response.status == 405 || response.status == 415;
}

void check_call(api::ApiWorld& world, net::HttpRequest request) {
    const auto ask = std::make_shared<Ask>();
    auto& runtime = world.api_context().runtime;
    model::Sequence before = 0;
    world.on_loop([&] {
        before = runtime.head().sequence;
        world.handler().handle(std::move(request), [ask](net::HttpResponse response) {
            CHECK(++ask->answers == 1);
            ask->first.set_value(std::move(response));
        });
    });
    auto answer = ask->first.get_future();
    CHECK(answer.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    net::HttpResponse response = answer.get();
    CHECK((response.status >= 400) == !response.error_code.empty());
    const net::BeastResponse message =
        net::to_message(response, {.request_id = "req_fuzz", .date = "now"});
    for (const auto& line : message)
        CHECK(line.value().find_first_of({"\0\r\n", 3}) == std::string_view::npos);
    if (!is_not_understood(response)) return;
    world.on_loop([&] { CHECK(runtime.head().sequence == before); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::optional<api::ApiWorld> world;
    static int requests = 0;
    auto request = request_in({reinterpret_cast<const char*>(data), size});
    if (!request) return 0;
    GTEST_FLAG_SET(break_on_failure, true);
    if (!world || ++requests % kRequestsOfAWorld == 0) {
        world.reset();
        world.emplace();
    }
    check_call(*world, *std::move(request));
    return 0;
}
