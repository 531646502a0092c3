#include "adapters/notify_email/email_notifier.hpp"

#include "adapters/notify_email/mail_server.hpp"
#include "base/check.hpp"
#include "base/plain_text.hpp"
#include "net/readable_file.hpp"

#include <pthread.h>
#include <signal.h>

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace botcore::notify_email {

namespace {

constexpr std::size_t kAuthoritiesMax = std::size_t{16} * 1'024 * 1'024;
constexpr std::chrono::hours kLimitMax(1);

bool has_control(std::string_view text) {
    return !base::is_plain_line(text);
}

std::optional<std::string> wrong_recipients(const EmailNotifier::Options& options) {
    if (options.to.empty()) return "there is no recipient";
    if (options.to.size() > EmailNotifier::kRecipientsMax)
        return "there are more than " + std::to_string(EmailNotifier::kRecipientsMax) +
               " recipients";
    for (std::size_t i = 0; i < options.to.size(); ++i) {
        if (!is_mail_address(options.to[i])) {
            return "recipient " + std::to_string(i + 1) +
                   " is not one plain mail address such as ops@example.org";
        }
    }
    return std::nullopt;
}

std::optional<std::string> wrong_login(const EmailNotifier::Options& options) {
    const std::string_view password = options.password.reveal();
    if (has_control(options.user)) return "the user name contains a control character";
    if (has_control(password)) return "the password contains a line end or a control character";
    if (!password.empty() && options.user.empty()) return "the password has no user name";
    return std::nullopt;
}

std::optional<std::string> wrong_option(const EmailNotifier::Options& options) {
    if (!is_mail_address(options.from))
        return "the sender is not one plain mail address such as bot@example.org";
    if (auto wrong = wrong_login(options)) return wrong;
    if (options.source.empty()) return "the name of the installation is missing";
    if (options.limit <= std::chrono::milliseconds(0) || options.limit > kLimitMax)
        return "the limit of time is not between 1 ms and 1 hour";
    if (options.authorities.empty()) return std::nullopt;
    const auto readable = net::check_readable(options.authorities, kAuthoritiesMax);
    if (!readable) return "the file of trusted certificates: " + readable.error();
    return std::nullopt;
}

/// Blocks SIGPIPE, because writing to a connection that the server has closed must not end the
/// process.
void prepare_thread() {
    (void)::pthread_setname_np(::pthread_self(), "notify-email");
    sigset_t set{};
    (void)::sigemptyset(&set);
    (void)::sigaddset(&set, SIGPIPE);
    (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

base::Result<std::unique_ptr<EmailNotifier>, std::string> EmailNotifier::make(Options options,
                                                                              Post post) {
    if (auto wrong = wrong_recipients(options)) return base::Failure{*std::move(wrong)};
    return begin(std::move(options), std::move(post));
}

base::Result<std::unique_ptr<ports::UserMailer>, std::string> EmailNotifier::make_for_users(
    Options options, Post post) {
    options.to.clear();
    return std::unique_ptr<ports::UserMailer>(TRY(begin(std::move(options), std::move(post))));
}

base::Result<std::unique_ptr<EmailNotifier>, std::string> EmailNotifier::begin(Options options,
                                                                               Post post) {
    MailServer server = TRY(parse_mail_server(options.server));
    if (auto wrong = wrong_option(options)) return base::Failure{*std::move(wrong)};
    if (!prepare_mail_transfer()) return base::Failure{std::string("libcurl cannot be used")};
    const MailTls tls = mail_tls_of(server);
    MailRoute route{.server = std::move(server),
                    .tls = tls,
                    .user = std::move(options.user),
                    .password = std::move(options.password),
                    .authorities = std::move(options.authorities),
                    .limit = options.limit};
    MailParties parties{.source = std::move(options.source),
                        .from = std::move(options.from),
                        .to = std::move(options.to)};
    return std::unique_ptr<EmailNotifier>(
        new EmailNotifier(std::move(route), std::move(parties), std::move(post)));
}

EmailNotifier::EmailNotifier(MailRoute route, MailParties parties, Post post)
    : route_(std::move(route)),
      parties_(std::move(parties)),
      post_(std::move(post)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

EmailNotifier::~EmailNotifier() {
    thread_.request_stop();
    thread_.join();
}

void EmailNotifier::send(const ports::Notice& notice, Done done) {
    CHECK(!parties_.to.empty());
    enqueue({.number = ++last_number_, .notice = notice, .user_address = std::nullopt},
            std::move(done));
}

void EmailNotifier::send_mail(const ports::Notice& notice, const std::string& address, Done done) {
    enqueue({.number = ++last_number_, .notice = notice, .user_address = address}, std::move(done));
}

void EmailNotifier::enqueue(Job job, Done done) {
    const std::uint64_t number = job.number;
    if (done) waiting_->emplace(number, std::move(done));
    bool queued = false;
    {
        const std::lock_guard lock(mutex_);
        queued = jobs_.push(std::move(job));
    }
    if (queued) {
        changed_.notify_one();
    } else {
        report(number, {.result = ports::Delivery::Result::Failed, .error = "the queue is full"});
    }
}

ports::Delivery EmailNotifier::transfer(const Job& job, const std::stop_token& stop) const {
    if (!job.user_address) {
        return notify_email::send_mail(route_,
                                       {.from = parties_.from, .to = parties_.to},
                                       mail_message(job.notice, parties_),
                                       stop);
    }
    if (!is_mail_address(*job.user_address)) {
        return {.result = ports::Delivery::Result::Refused,
                .error = "the user's address is not one plain mail address"};
    }
    const MailParties user{
        .source = parties_.source, .from = parties_.from, .to = {*job.user_address}};
    return notify_email::send_mail(
        route_, {.from = user.from, .to = user.to}, user_mail_message(job.notice, user), stop);
}

void EmailNotifier::run(const std::stop_token& stop) {
    prepare_thread();
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
            if (stop.stop_requested()) return;
            job = jobs_.pop();
        }
        auto delivery = transfer(job, stop);
        if (stop.stop_requested()) return;
        report(job.number, std::move(delivery));
    }
}

void EmailNotifier::report(std::uint64_t number, ports::Delivery delivery) {
    post_([waiting = std::weak_ptr(waiting_), number, delivery = std::move(delivery)] {
        const auto alive = waiting.lock();  // E3
        if (!alive) return;
        auto done = alive->extract(number);
        if (!done.empty()) done.mapped()(delivery);
    });
}

}  // namespace botcore::notify_email
