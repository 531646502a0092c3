#pragma once

/// Makes the e-mail message of a notice: header fields, a plain text and an HTML text.
///
/// M1  The message depends on its arguments only. Every attempt to deliver a notice has the same
///     Message-ID; all notices of an installation about one subject refer to the same message, so
///     that mail programs show them as one conversation.
/// M2  No text of a notice adds a header field, a MIME part or an HTML element. Texts that are too
///     long are cut. What looks like a secret is replaced.
/// M3  The message is ASCII, its lines end in CR LF and have fewer than 998 characters.
///
/// Threads: any.

#include "ports/notifier.hpp"

#include <string>
#include <vector>

namespace botcore::notify_email {

struct MailParties {
    std::string source;           ///< The name of the installation, in the subject and the text.
    std::string from;             ///< Addresses without display names: `is_mail_address`.
    std::vector<std::string> to;  ///< Not empty.
};

/// The subject before its encoding: "[source] CRITICAL: text". In place of the level, the notice
/// that a condition is over has RESOLVED, and one about the subject "test" has TEST.
[[nodiscard]] std::string mail_subject(const ports::Notice& notice, const std::string& source);

[[nodiscard]] std::string mail_message(const ports::Notice& notice, const MailParties& parties);

/// The message to one user: the notice's subject as it is, its text and its time. It names neither
/// the installation nor a level, a runbook, an action or a fact. The notice has an id.
[[nodiscard]] std::string user_mail_message(const ports::Notice& notice,
                                            const MailParties& parties);

}  // namespace botcore::notify_email
