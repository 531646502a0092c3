#include "apps/wiring/user_mailer.hpp"

#include "apps/wiring/notice_channels.hpp"

#include <utility>

namespace botcore::apps {

bool has_user_mail(const host::Config& config) {
    return !config.text("notify.email_server").empty();
}

base::Result<std::unique_ptr<ports::UserMailer>, std::string> user_mailer(
    const host::Config& config, std::function<void(std::function<void()>)> post) {
    if (!has_user_mail(config)) return std::unique_ptr<ports::UserMailer>();
    auto mailer =
        notify_email::EmailNotifier::make_for_users(mail_options(config), std::move(post));
    if (!mailer) return base::Failure{"notify.email_…: " + mailer.error()};
    return mailer;
}

}  // namespace botcore::apps
