#pragma once

/// Sends mails to users, each to the address of one user.
///
/// P1  `send` returns at once and never throws.
/// P2  `done` is called once for each mail, during `send` or later, on the loop's thread, and never
///     after the mailer is destroyed.
/// P3  A mail says nothing but the notice's subject, text and time, and shows no other address.
///
/// Threads: the loop thread.

#include "ports/notifier.hpp"

#include <string>

namespace botcore::ports {

class UserMailer {
public:
    UserMailer() = default;
    UserMailer(const UserMailer&) = delete;
    UserMailer& operator=(const UserMailer&) = delete;
    virtual ~UserMailer() = default;

    /// The notice has an id, which every attempt to deliver it shares.
    virtual void send_mail(const Notice& notice,
                           const std::string& address,
                           Notifier::Done done) = 0;
};

}  // namespace botcore::ports
