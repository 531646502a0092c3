#pragma once

/// The mails to users that wait for delivery, one after the other.
///
/// U1  A mail is stored before it is sent, unless the store does not respond for `kStoreAwaited`,
///     and stays stored until it was accepted, refused or is not wanted any more. A process that
///     ends between sending and removing it causes at most one repetition, which says so.
/// U2  The stored mail holds the user's id, never an address. The address is read when the mail is
///     sent, so that a user who was deactivated or has changed the address or the preferences since
///     gets no mail that it does not expect.
/// U3  Mails about accounts go first. A mail that the server does not accept now goes to the end,
///     and the next attempt comes after 1, 2, 4 … 60 s, or later if the server says so.
/// U4  At most `kWaitingMax` mails wait; then the one that would be sent last is dropped and
///     counted. So is a mail that failed `kAttemptsMax` times.
///
/// Threads: the loop thread.

#include "model/names.hpp"
#include "model/now.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "operations/user_notices.hpp"
#include "ports/service_store.hpp"
#include "ports/user_mailer.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::notifications {

class UserMails {
public:
    static constexpr std::size_t kWaitingMax = 20'000;
    static constexpr std::uint32_t kAttemptsMax = 1'440;  ///< A day of attempts, one a minute.
    static constexpr base::Duration kStoreAwaited = base::Duration::seconds(2);

    /// All references, and what the functions use, must outlive the object.
    struct Parts {
        ports::ServiceStore& store;
        observability::Log& log;
        observability::Metrics& metrics;
        std::function<model::Now()> now;
        /// The user's address; empty if the user is not to get mails about this topic.
        std::function<std::optional<std::string>(const model::Owner&, operations::UserTopic)>
            address_of;
    };

    /// Continues with the mails that earlier processes could not deliver. The error says why they
    /// cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<UserMails>, std::string> make(
        Parts parts, std::unique_ptr<ports::UserMailer> mailer);

    /// Queues the notice for each of these users; one that waits already is not queued again.
    /// `together` becomes durable with it: after a crash both are stored, or neither.
    void add(const operations::UserNotice& notice,
             const std::vector<model::Owner>& users,
             std::vector<ports::ServiceChange> together);

    /// Sends what is due.
    void tick();

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    struct Mail {
        ports::Notice notice;  ///< Its id is the key of the row.
        model::Owner user;
        operations::UserTopic topic = operations::UserTopic::Maintenance;
    };

    struct Waiting {
        Mail mail;
        std::shared_ptr<bool> is_stored;
        base::Timestamp stored_by;  ///< When it is sent without.
        std::uint32_t attempts = 0;
    };

    /// The order of sending: the rank, then the number.
    using Place = std::pair<std::uint32_t, std::uint64_t>;

    UserMails(Parts parts, std::unique_ptr<ports::UserMailer> mailer);

    [[nodiscard]] base::Outcome<std::string> restore();
    [[nodiscard]] static std::string to_json(const Mail& mail);
    [[nodiscard]] static base::Result<Mail, std::string> parse(const ports::ServiceRow& row);
    void enqueue(Waiting mail);
    void drop_surplus(std::vector<ports::ServiceChange>& changes);
    void send_first(const std::string& address);
    void finished(Place place, const ports::Delivery& delivery, const std::string& address);
    void remove(Place place, std::string_view result);
    void retry(Place place, const ports::Delivery& delivery);
    void show_figures();

    Parts parts_;
    std::map<Place, Waiting> waiting_;
    std::set<std::string> keys_;  ///< Of the mails that wait.
    std::uint64_t next_ = 1;
    std::uint32_t failures_ = 0;  ///< In a row.
    base::Timestamp not_before_;  ///< On the monotonic clock.
    std::optional<Place> sending_;
    bool is_ticking_ = false;
    /// Destroyed first, so that it reports nothing to an object that is gone (port, P2).
    std::unique_ptr<ports::UserMailer> mailer_;
};

}  // namespace botcore::notifications
