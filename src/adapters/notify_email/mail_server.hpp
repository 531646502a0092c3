#pragma once

/// The address of a mail server, the choice between a plain and an encrypted connection to it, and
/// the check of mail addresses.
///
/// Threads: any.

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::notify_email {

enum class MailTls : std::uint8_t {
    IfOffered,  ///< Plain, unless the server offers STARTTLS.
    StartTls,   ///< Plain at first. Nothing is sent if the server does not offer STARTTLS.
    Implicit,   ///< TLS from the first byte.
};

struct MailServer {
    bool secure = false;  ///< The scheme is smtps.
    std::string host;     ///< A name or an address, without brackets.
    std::uint16_t port = 0;

    /// "smtp://host:25".
    [[nodiscard]] std::string url() const;
};

/// Parses "smtp://host:25" or "smtps://host:465"; without a port, 25 or 465. The error says what is
/// wrong and never contains the text, which may hold a password.
[[nodiscard]] base::Result<MailServer, std::string> parse_mail_server(std::string_view text);

/// A connection that leaves this machine is always encrypted. A plain one is permitted to
/// "localhost" and to addresses of 127.0.0.0/8 and ::1.
[[nodiscard]] MailTls mail_tls_of(const MailServer& server);

/// Whether the text is one address such as "ops@example.org": ASCII without spaces, line ends,
/// quotes, brackets and display name, and at most 254 characters. Such a text is safe in a header
/// field and in a command.
[[nodiscard]] bool is_mail_address(std::string_view text);

}  // namespace botcore::notify_email
