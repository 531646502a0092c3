#include "adapters/notify_email/mail_server.hpp"

#include "base/whole_number.hpp"
#include "net/service_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

namespace botcore::notify_email {

namespace {

constexpr std::uint16_t kSmtpPort = 25;
constexpr std::uint16_t kSmtpsPort = 465;

constexpr bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_domain(std::string_view text) {
    return !text.empty() && !text.starts_with('.') && !text.starts_with('-') &&
           !text.ends_with('.') && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(
               text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; });
}

/// The dot-atom of RFC 5322, 3.2.3.
bool is_local_part(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
    return !text.empty() && text.size() <= 64 && !text.starts_with('.') && !text.ends_with('.') &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, [&](char c) {
               return is_letter_or_digit(c) || kMarks.find(c) != std::string_view::npos;
           });
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    const auto port = base::whole_number<std::uint16_t>(text);
    return port.value_or(0) == 0 ? std::nullopt : port;
}

base::Failure<std::string> bad_server(std::string_view what) {
    return {"the address of the mail server is malformed: " + std::string(what) +
            "; expected smtp://host:25 or smtps://host:465"};
}

}  // namespace

std::string MailServer::url() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return (secure ? "smtps://" : "smtp://") + name + ":" + std::to_string(port);
}

base::Result<MailServer, std::string> parse_mail_server(std::string_view text) {
    constexpr std::string_view kPlain = "smtp://";
    constexpr std::string_view kSecure = "smtps://";
    MailServer server;
    server.secure = text.starts_with(kSecure);
    if (!server.secure && !text.starts_with(kPlain)) return bad_server("it has another scheme");
    text.remove_prefix(server.secure ? kSecure.size() : kPlain.size());
    server.port = server.secure ? kSmtpsPort : kSmtpPort;
    if (text.find('@') != std::string_view::npos)
        return bad_server("it contains a user name or a password");
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return bad_server("a bracket is not closed");
        server.host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
        if (!is_ipv6(server.host)) return bad_server("the brackets contain no IPv6 address");
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        server.host = text.substr(0, colon);
        rest = text.substr(colon);
        if (!is_domain(server.host))
            return bad_server("the host is missing or contains an invalid character");
    }
    if (rest.empty()) return server;
    const auto port = rest.front() == ':' ? port_of(rest.substr(1)) : std::nullopt;
    if (!port) return bad_server("the port is not a number from 1 to 65535");
    server.port = *port;
    return server;
}

MailTls mail_tls_of(const MailServer& server) {
    if (server.secure) return MailTls::Implicit;
    return net::is_loopback_host(server.host) ? MailTls::IfOffered : MailTls::StartTls;
}

bool is_mail_address(std::string_view text) {
    constexpr std::size_t kBytesMax = 254;  // RFC 5321, 4.5.3.1.3, without the brackets.
    const auto at = text.find('@');
    return text.size() <= kBytesMax && at != std::string_view::npos &&
           is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

}  // namespace botcore::notify_email
