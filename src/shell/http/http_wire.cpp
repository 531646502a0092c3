#include "shell/http/http_wire.hpp"

#include "base/random.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>
#include <iterator>
#include <random>

namespace botcore::shell::http {

namespace {

namespace beast = boost::beast;
using beast::http::field;

struct KeptHeader {
    field name;  ///< `field::unknown` where the library has no word for it.
    std::string_view text;
};

constexpr std::array<KeptHeader, 10> kHeadersKept = {{
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

/// What every answer says: it is data, nothing in it is to be run, framed, sniffed or kept.
constexpr std::string_view kSecurityHeaders =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Cache-Control: no-store\r\n";

/// A line's end inside a value would begin a header of the caller's choice.
void append_value(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c != '\r' && c != '\n') out.push_back(c);
    }
}

}  // namespace

void append_response(std::string& out, const HttpResponse& response, const ResponseFrame& frame) {
    const auto reason = beast::http::obsolete_reason(
        beast::http::int_to_status(static_cast<unsigned>(response.status)));
    fmt::format_to(std::back_inserter(out),
                   "HTTP/1.1 {} {}\r\nDate: {}\r\n",
                   response.status,
                   std::string_view(reason.data(), reason.size()),
                   frame.date);
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
    out.append("X-Request-ID: ").append(frame.request_id).append("\r\n");
    out.append(kSecurityHeaders);
    if (frame.secure) out.append("Strict-Transport-Security: max-age=31536000\r\n");
    for (const auto& [name, value] : response.headers) {
        out.append(name).append(": ");
        append_value(out, value);
        out.append("\r\n");
    }
    out.append(frame.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (!frame.head) out.append(response.body);
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

base::Timestamp wall_time() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

RequestIds::RequestIds() : prefix_(0) {
    std::random_device device;
    prefix_ = (std::uint64_t{device()} << 32U) | device();
}

std::string RequestIds::next() {
    // Two streams of one generator: unlikely to meet an id of another process.
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

void HttpDate::refresh() {
    const std::time_t now = std::time(nullptr);
    text_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
}

}  // namespace botcore::shell::http
