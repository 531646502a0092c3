#pragma once

/// Makes what sends mails to users from the keys `notify.email_…`, except `notify.email_to`.

#include "host/config.hpp"
#include "ports/user_mailer.hpp"

#include <functional>
#include <memory>
#include <string>

namespace botcore::apps {

/// Whether a mail server is configured.
[[nodiscard]] bool has_user_mail(const host::Config& config);

/// Null: no mail server is configured. `post` runs work on the loop thread; any thread may call it.
/// The error names the wrong key and the cause, never a secret.
[[nodiscard]] base::Result<std::unique_ptr<ports::UserMailer>, std::string> user_mailer(
    const host::Config& config, std::function<void(std::function<void()>)> post);

}  // namespace botcore::apps
