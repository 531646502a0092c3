#pragma once

/// Tells users by e-mail what concerns them: maintenance windows, outages of more than five
/// minutes, and critical events of their own accounts (operations/user_notices.hpp).
///
/// S1  That something was told becomes durable together with its mails: over restarts everything is
///     told once. A mail may arrive twice as every notice of the outbox may.
/// S2  Only active users get mails, about the topics that they want. Only the owner of an account
///     gets a mail about it.
/// S3  Conditions of accounts are compared with the state at the start and once a minute, so that a
///     commit without a notification (runtime, R2) and a crash lose none. A forced exit whose
///     commit the process did not survive is not told.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "operations/user_notices.hpp"
#include "ports/service_store.hpp"
#include "ports/user_mailer.hpp"
#include "ports/user_store.hpp"
#include "services/notifications/user_mails.hpp"
#include "services/notifications/user_preferences.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace botcore::notifications {

class UserNotices final : public host::Service {
public:
    static constexpr base::Duration kCompareEvery = base::Duration::seconds(60);

    using Windows = std::map<std::uint64_t, model::MaintenanceWindow>;
    using Events = std::vector<operations::AccountEvent>;

    /// All references, and what the functions use, must outlive the service.
    struct Parts {
        ports::ServiceStore& store;
        observability::Log& log;
        observability::Metrics& metrics;
        const UserPreferences& preferences;
        std::function<model::Now()> now;
        std::function<std::vector<ports::User>()> users;
        std::function<std::optional<ports::User>(const model::Owner&)> find_user;
        /// The durable windows; null while they cannot be read.
        std::function<const Windows*()> windows;
        /// What commits have said about accounts since the last call.
        std::function<Events()> take_events;
        /// The conditions that durably hold now; empty while they cannot be read.
        std::function<std::optional<Events>()> conditions;
        std::function<std::optional<model::Owner>(const model::AccountId&)> owner_of;
        /// Empty while it is not known yet.
        std::function<std::optional<operations::Availability>()> state;
    };

    /// Continues where earlier processes ended. `absent_since` is when the last of them ended
    /// outside of planned maintenance; empty if there was none or it did. The error says why the
    /// stored rows cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<UserNotices>, std::string> make(
        Parts parts,
        std::unique_ptr<ports::UserMailer> mailer,
        std::optional<base::Timestamp> absent_since);

    void tick(const model::Now& now) override;

    /// Mails that wait for delivery.
    [[nodiscard]] std::size_t waiting() const { return mails_->waiting(); }

private:
    using Condition = std::pair<model::AccountId, operations::AccountEventKind>;

    explicit UserNotices(Parts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] base::Outcome<std::string> restore(std::optional<base::Timestamp> absent_since);
    /// Reads one row of what was told. The error says why it cannot be read.
    [[nodiscard]] base::Outcome<std::string> restore_row(const ports::ServiceRow& row);
    [[nodiscard]] std::optional<std::string> address_of(const model::Owner& user,
                                                        operations::UserTopic topic) const;
    void tell_everybody(const operations::UserNotice& notice, ports::ServiceChange change);
    void follow_windows(const model::Now& now);
    void follow_service(const model::Now& now);
    void follow_accounts(const model::Now& now);
    void compare_conditions(const Events& holding);
    void on_event(const operations::AccountEvent& event);
    void tell_owner(const operations::AccountEvent& event,
                    std::vector<ports::ServiceChange> together);

    Parts parts_;
    std::unique_ptr<UserMails> mails_;
    std::map<std::uint64_t, operations::ToldSteps> told_;  ///< By window.
    std::set<Condition> conditions_;                       ///< That were told and hold.
    std::optional<operations::OutageWatch> outages_;       ///< Empty only before `restore`.
    std::optional<operations::ServiceOutage> stored_outage_;
    std::optional<base::Timestamp> compared_;  ///< On the monotonic clock.
};

}  // namespace botcore::notifications
