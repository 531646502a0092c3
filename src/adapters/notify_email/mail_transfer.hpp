#pragma once

/// Sends one message over SMTP with libcurl: one connection for each message.
///
/// Threads: any one; the call blocks until the server has answered, at most for the limit
/// and two seconds more to close the connection.

#include "adapters/notify_email/mail_server.hpp"
#include "host/secret.hpp"
#include "ports/notifier.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace botcore::notify_email {

/// How to reach the server.
struct MailRoute {
    MailServer server;
    MailTls tls = MailTls::StartTls;
    std::string user;
    host::Secret password{""};  ///< Empty: no login. Contains no zero byte.
    std::string authorities;    ///< A PEM file of trusted certificates; empty: the system's.
    std::chrono::milliseconds limit{};  ///< For the whole transfer. Greater than 0.
};

struct Envelope {
    std::string from;
    std::vector<std::string> to;
};

/// Initialises libcurl once for the process. False: it cannot be used.
[[nodiscard]] bool prepare_mail_transfer();

/// Sends the message. When `stop` is requested the transfer ends within about a second, whatever
/// the server does; the result then means nothing. Errors contain no secret.
[[nodiscard]] ports::Delivery send_mail(const MailRoute& route,
                                        const Envelope& envelope,
                                        const std::string& message,
                                        const std::stop_token& stop);

}  // namespace botcore::notify_email
