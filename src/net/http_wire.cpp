#include "net/http_wire.hpp"

#include "base/random.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>

#include <array>
#include <chrono>
#include <ctime>
#include <random>
#include <utility>

namespace botcore::net {

namespace {

namespace beast = boost::beast;
using beast::http::field;

struct KeptHeader {
    field name;  ///< `field::unknown` if Beast has no constant for it.
    std::string_view text;
};

constexpr std::array<KeptHeader, 11> kHeadersKept = {{
    {field::accept, "accept"},
    {field::access_control_request_method, "access-control-request-method"},
    {field::authorization, "authorization"},
    {field::content_type, "content-type"},
    {field::if_match, "if-match"},
    {field::origin, "origin"},
    {field::unknown, "idempotency-key"},
    {field::unknown, "x-forwarded-for"},
    {field::unknown, "x-idempotency-key"},
    {field::unknown, "x-request-id"},
    {field::unknown, "x-timeline"},
}};

/// The headers of every response that does not set them itself. They tell browsers that the
/// response is data: it must not be executed, framed or cached, and its type must not be guessed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSecurityHeaders = {{
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cache-Control", "no-store"},
}};

/// Returns the value as one line. A newline inside it would start another header, which the caller
/// could choose.
std::string one_line(std::string value) {
    std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
    return value;
}

}  // namespace

BeastResponse to_message(HttpResponse& response, const ResponseFrame& frame) {
    BeastResponse message(beast::http::int_to_status(response.status), 11);
    message.set(field::date, frame.date);
    message.set(field::content_type, response.content_type);
    message.set("X-Request-ID", frame.request_id);
    if (frame.secure) message.set(field::strict_transport_security, "max-age=31536000");
    for (auto& [name, value] : response.headers)
        message.insert(name, one_line(std::move(value)));
    for (const auto& [name, value] : kSecurityHeaders)
        if (message.find(name) == message.end()) message.set(name, value);
    message.set(field::connection, frame.keep_alive ? "keep-alive" : "close");
    message.body() = std::move(response.body);
    message.prepare_payload();
    return message;
}

void take_head(const BeastRequest& message, const Peer& peer, HttpRequest& request) {
    for (const auto& line : message) {
        const auto name = line.name_string();
        for (const KeptHeader& kept : kHeadersKept) {
            if (kept.name != line.name()) continue;
            if (kept.name == field::unknown && !beast::iequals(name, kept.text)) continue;
            const std::string_view value(line.value().data(), line.value().size());
            const auto [place, added] = request.headers.emplace(kept.text, value);
            if (!added && place->second != value) place->second.append(", ").append(value);
            break;
        }
    }
    const std::string_view forwarded_for = request.header("x-forwarded-for");
    request.remote = peer.proxies.client_of(peer.address, forwarded_for);
    request.forwarded = !forwarded_for.empty() && peer.proxies.trusts(peer.address);
}

bool asks_to_continue(const BeastRequest& message) {
    return beast::iequals(message[field::expect], "100-continue");
}

RequestIds::RequestIds() : prefix_(0) {
    std::random_device device;
    prefix_ = (std::uint64_t{device()} << 32U) | device();
}

std::string RequestIds::next() {
    // Both numbers come from one generator. A collision with an id of another process is unlikely.
    base::Random random(prefix_ + ++count_);
    static constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
    std::string id = "req_";
    std::uint64_t high = random.next();
    std::uint64_t low = random.next();
    for (int i = 0; i < 10; ++i) {
        id.push_back(kAlphabet[high & 31U]);
        id.push_back(kAlphabet[low & 31U]);
        high >>= 5U;
        low >>= 5U;
    }
    return id;
}

std::string_view HttpDate::text() {
    const std::time_t now = std::time(nullptr);
    if (std::exchange(at_, now) != now) {
        text_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
    }
    return text_;
}

}  // namespace botcore::net
