/// Small texts from external sources: addresses of services, headers, targets, times. The first
/// byte selects the parser. An accepted text keeps its bounds and reads back the same after it is
/// written; an error message repeats nothing of the input.

#include "adapters/market_recorded/recording.hpp"
#include "api/cors_filter.hpp"
#include "api/rate_limit_filter.hpp"
#include "base/check.hpp"
#include "base/time_text.hpp"
#include "host/redis_url.hpp"
#include "host/service_manager.hpp"
#include "net/client_address.hpp"
#include "net/comma_list.hpp"
#include "net/http_message.hpp"
#include "net/service_url.hpp"
#include "services/analysis/analysis_service.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace botcore;
using namespace botcore;

constexpr std::size_t kRefusalMax = 120;
constexpr base::Timestamp kNow = base::Timestamp::from_milliseconds(1'790'000'000'000);

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string escaped(std::string_view text) {
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto value = static_cast<std::uint8_t>(c);
        out.append({'%', kDigits[value >> 4U], kDigits[value & 15U]});
    }
    return out;
}

void service_url(std::string_view text) {
    using net::Transport;
    const auto url = net::parse_service_url(text);
    if (!url) return CHECK(url.error().size() < kRefusalMax);
    const net::ServiceUrl& read = url.value();
    CHECK(!read.host.empty() && read.port != 0 && !read.base.ends_with('/'));
    CHECK(std::none_of(read.base.begin(), read.base.end(), is_control));
    const std::string scheme = read.transport == Transport::Tls ? "https://" : "http://";
    const auto again = net::parse_service_url(scheme + read.authority() + read.base);
    CHECK(again.has_value());
    CHECK(again.value().transport == read.transport && again.value().host == read.host);
    CHECK(again.value().port == read.port && again.value().base == read.base);
}

void redis_url(std::string_view text) {
    const auto address = host::parse_redis_url(text);
    if (!address) return CHECK(address.error().size() < kRefusalMax);
    const host::RedisAddress& read = address.value();
    CHECK(!read.host.empty() && read.port != 0 && read.database <= 999);
    CHECK(std::none_of(read.host.begin(), read.host.end(), is_control));
    const bool brackets = read.host.find(':') != std::string::npos;
    const std::string host = brackets ? "[" + read.host + "]" : read.host;
    const auto again =
        host::parse_redis_url("redis://:" + escaped(read.password.reveal()) + "@" + host + ":" +
                              std::to_string(read.port) + "/" + std::to_string(read.database));
    CHECK(again.has_value());
    CHECK(again.value().host == read.host && again.value().port == read.port);
    CHECK(again.value().database == read.database);
    CHECK(again.value().password.reveal() == read.password.reveal());
}

void retry_after(std::string_view text) {
    const auto wait = net::parse_retry_after(text, kNow);
    if (!wait) return;
    CHECK(*wait >= base::Duration() && *wait <= base::Duration::seconds(7 * 86'400));
    CHECK(std::none_of(text.begin(), text.end(), is_control));
}

void analysis_health(std::string_view text) {
    host::OutboundResult result;
    result.kind = host::OutboundKind::Answered;
    result.status = 200;
    result.body = text;
    const auto probe = analysis::read_probe(result, base::Duration());
    CHECK(probe.message.empty() == (probe.health == analysis::AnalysisHealth::Healthy));
    CHECK(probe.message.size() < kRefusalMax);
}

void origins(std::string_view text) {
    const std::string mistake = api::mistake_in_origins(text);
    const std::string doubled = std::string(text) + " , " + std::string(text);
    CHECK(api::mistake_in_origins(doubled) == mistake);
    CHECK(mistake.size() < kRefusalMax);
    if (mistake.empty()) {
        CHECK(text.find('*') == std::string_view::npos);
        // A tab is allowed around an entry of the list, not inside it.
        for (const std::string_view entry : net::entries_of(text))
            CHECK(std::none_of(entry.begin(), entry.end(), is_control));
    }
}

void target(std::string_view text) {
    net::Target read;
    if (!net::parse_target(text, read)) return;
    std::string written;
    for (const std::string& segment : read.segments) {
        CHECK(segment.find('/') == std::string::npos);
        CHECK(std::none_of(segment.begin(), segment.end(), is_control));
        written += "/" + escaped(segment);
    }
    if (read.segments.empty() || read.segments.back().empty()) written += "/";
    std::string_view separator = "?";
    for (const auto& [name, value] : read.query) {
        CHECK(std::none_of(value.begin(), value.end(), is_control));
        written.append(separator).append(escaped(name)).append("=").append(escaped(value));
        separator = "&";
    }
    net::Target again;
    CHECK(net::parse_target(written, again));
    CHECK(again.segments == read.segments && again.query == read.query);
}

void request_id(std::string_view text) {
    if (net::is_valid_request_id(text)) {
        CHECK(!text.empty() && text.size() <= 64);
        CHECK(text.find_first_of(" \r\n\"<>&") == std::string_view::npos);
    }
    // The key of an IPv6 network is written in full and may be longer than its address.
    constexpr std::string_view kNetwork = "/64";
    const std::string key = net::limit_key(text);
    CHECK(key.size() <= std::max(text.size(), INET6_ADDRSTRLEN + kNetwork.size()));
    if (key == text || !key.ends_with(kNetwork)) return;
    CHECK(net::limit_key(key.substr(0, key.size() - kNetwork.size())) == key);
}

void point_in_time(std::string_view text) {
    const auto time = base::parse_iso8601(text);
    if (!time) return;
    const std::string written = base::to_iso8601(*time);
    const auto again = base::parse_iso8601(written);
    CHECK(again.has_value());
    CHECK(*again <= *time && *time - *again < base::Duration::milliseconds(1));
    CHECK(base::to_iso8601(*again) == written);
}

/// A socket that receives the service manager's messages without reading them; returns its abstract
/// name.
std::string listening_socket() {
    static const int kSocket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const std::string name = "botcore-fuzz-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(name.begin(), name.end(), address.sun_path + 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    CHECK(::bind(kSocket, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    return "@" + name;
}

void watchdog(std::string_view text) {
    static const std::string kSocket = listening_socket();
    const host::ServiceManager manager(kSocket, text);
    CHECK(manager.is_listening());
    if (const auto every = manager.alive_every()) CHECK(every->count() > 0);
}

void recording_name(std::string_view text) {
    const auto file = market_recorded::recording_of(std::string(text));
    if (file) CHECK(model::is_valid_symbol(file->instrument.symbol.text()));
}

constexpr std::array kReaders = {service_url,
                                 redis_url,
                                 retry_after,
                                 analysis_health,
                                 origins,
                                 target,
                                 request_id,
                                 point_in_time,
                                 watchdog,
                                 recording_name};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // 'a' selects the first parser, so that seeds can be written by hand.
    const auto letter = static_cast<std::size_t>(data[0]);
    kReaders.at((letter + kReaders.size() * 10 - 'a') % kReaders.size())(text.substr(1));
    return 0;
}
