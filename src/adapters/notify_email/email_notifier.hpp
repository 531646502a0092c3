#pragma once

/// Sends each notice as an e-mail over SMTP, to the recipients of the options or to one user. The
/// message is that of `mail_message` or `user_mail_message`, the meaning of the server's answers
/// that of `SmtpConversation`.
///
/// E1  The thread "notify-email" makes the connections, one for each message; the loop never waits
///     for a server or for the look-up of its name.
/// E2  At most `kWaitingMax` notices wait. A further one is reported as failed.
/// E3  After the destruction of the notifier, `done` of no notice is called.
///
/// Threads: the loop's. `done` is called there, by `post`, after `send` has returned.

#include "adapters/notify_email/mail_message.hpp"
#include "adapters/notify_email/mail_transfer.hpp"
#include "base/bounded_queue.hpp"
#include "base/result.hpp"
#include "host/secret.hpp"
#include "ports/notifier.hpp"
#include "ports/user_mailer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace botcore::notify_email {

class EmailNotifier final : public ports::Notifier, public ports::UserMailer {
public:
    static constexpr std::size_t kWaitingMax = 1'000;
    static constexpr std::size_t kRecipientsMax = 100;  ///< What each server must accept.

    struct Options {
        /// "smtp://host:25" or "smtps://host:465". A connection that leaves this machine is always
        /// encrypted, and the certificate and the name in it are verified.
        std::string server;
        std::string user{};
        host::Secret password{""};  ///< Empty: no login.
        std::string from;
        /// May be empty for `make_for_users` only.
        std::vector<std::string> to;
        std::string source;         ///< The name of the installation.
        std::string authorities{};  ///< A PEM file of trusted certificates; empty: the system's.
        std::chrono::milliseconds limit = std::chrono::seconds(30);  ///< For each message.
    };

    /// Runs work later on the loop's thread; may be called from any thread.
    using Post = std::function<void(std::function<void()>)>;

    /// Starts the thread; connects to nothing. The error says which option is wrong, and contains
    /// neither a secret nor the server's address.
    static base::Result<std::unique_ptr<EmailNotifier>, std::string> make(Options options,
                                                                          Post post);
    /// Like `make`, for mails to users: `options.to` is ignored, and `send` must not be called.
    static base::Result<std::unique_ptr<ports::UserMailer>, std::string> make_for_users(
        Options options, Post post);
    /// Ends a transfer under way, within about a second.
    ~EmailNotifier() override;

    void send(const ports::Notice& notice, Done done) override;
    void send_mail(const ports::Notice& notice, const std::string& address, Done done) override;

private:
    struct Job {
        std::uint64_t number = 0;
        ports::Notice notice;
        std::optional<std::string> user_address;  ///< Empty: to the recipients of the options.
    };

    /// The `done` of each notice whose result has not yet been reported, by the number of its job.
    /// Used on the loop's thread only; posted work finds it as long as the notifier exists.
    using Waiting = std::map<std::uint64_t, Done>;

    EmailNotifier(MailRoute route, MailParties parties, Post post);

    static base::Result<std::unique_ptr<EmailNotifier>, std::string> begin(Options options,
                                                                           Post post);
    void enqueue(Job job, Done done);
    [[nodiscard]] ports::Delivery transfer(const Job& job, const std::stop_token& stop) const;
    void run(const std::stop_token& stop);
    void report(std::uint64_t number, ports::Delivery delivery);

    const MailRoute route_;
    const MailParties parties_;
    const Post post_;
    const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
    std::uint64_t last_number_ = 0;
    std::mutex mutex_;  // Guards the queue.
    std::condition_variable_any changed_;
    base::BoundedQueue<Job> jobs_{kWaitingMax};
    std::jthread thread_;
};

}  // namespace botcore::notify_email
