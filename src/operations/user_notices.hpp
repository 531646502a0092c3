#pragma once

/// What users are told about: maintenance windows, outages, and critical events of their own
/// accounts. Makes the notices and decides which is due; sends nothing.
///
/// N1  A notice is made from public facts, or from facts of one account for the owner of that
///     account. It names no machine, no component and no other user.
/// N2  A step that was told is never due again, whatever the clock shows.
/// N3  The end of a window or of an outage is told only if its beginning or an earlier step was.
///
/// Threads: one.

#include "model/now.hpp"
#include "model/operating.hpp"
#include "model/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::operations {

/// What a user can choose to be told about or not.
enum class UserTopic : std::uint8_t { Maintenance, Outages, Account };

/// "maintenance", "outages" or "account".
[[nodiscard]] std::string_view to_text(UserTopic topic);
[[nodiscard]] std::optional<UserTopic> parse_user_topic(std::string_view text);

/// What one user wants to be told by e-mail.
struct UserTopics {
    bool maintenance = true;
    bool outages = true;
    bool account = true;

    [[nodiscard]] bool contains(UserTopic topic) const;

    friend bool operator==(const UserTopics&, const UserTopics&) = default;
};

struct UserNotice {
    std::string key;  ///< "maintenance/42/notice": unique for ever, the same in every process.
    UserTopic topic = UserTopic::Maintenance;
    std::string subject;
    std::string text;  ///< One sentence.
};

/// "maintenance/42/notice/u-7": names the mail with this notice to this user.
[[nodiscard]] std::string mail_key(const UserNotice& notice, const model::Owner& user);

// Maintenance windows.

/// How long before a window users are reminded of it.
inline constexpr base::Duration kReminderBefore = base::Duration::seconds(86'400);

/// The steps of a window about which users were told.
struct ToldSteps {
    bool notice = false;
    bool reminder = false;
    bool begin = false;

    [[nodiscard]] bool any() const { return notice || reminder || begin; }

    friend bool operator==(const ToldSteps&, const ToldSteps&) = default;
};

enum class MaintenanceStep : std::uint8_t { Notice, Reminder, Begin, End, Cancellation };

/// The step to tell users about now. A window that is announced less than a day ahead has no
/// reminder after its notice. While the clock is uncertain no reminder is due.
[[nodiscard]] std::optional<MaintenanceStep> step_due(const model::MaintenanceWindow& window,
                                                      const ToldSteps& told,
                                                      const model::Now& now);

/// Marks the step as told. False: it was the last one of the window, and what was told about the
/// window can be forgotten without breaking N2.
[[nodiscard]] bool mark_told(ToldSteps& told, MaintenanceStep step);

[[nodiscard]] UserNotice maintenance_notice(const model::MaintenanceWindow& window,
                                            MaintenanceStep step);

// Outages.

/// Users are told about an outage that lasts this long.
inline constexpr base::Duration kOutageToldAfter = base::Duration::seconds(300);
/// An outage that was told has ended when the service has worked for this long.
inline constexpr base::Duration kOutageOverAfter = base::Duration::seconds(60);
/// A process that was absent for longer was not in use.
inline constexpr base::Duration kAbsenceMax = base::Duration::seconds(std::int64_t{7} * 86'400);

enum class Availability : std::uint8_t {
    Works,
    Fails,
    Planned,  ///< In a window that was announced early enough: no outage.
};

/// An outage that has not ended.
struct ServiceOutage {
    base::Timestamp since;  ///< When it began; calendar time.
    bool told = false;

    friend bool operator==(const ServiceOutage&, const ServiceOutage&) = default;
};

/// Follows the state of the service. Spans are measured on the monotonic clock, and over a restart
/// on the calendar.
class OutageWatch {
public:
    /// `stored` is the outage that an earlier process has stored, if any.
    OutageWatch(std::optional<ServiceOutage> stored, const model::Now& now);

    /// The notice that is due. Store `outage` with it if it has changed.
    [[nodiscard]] std::optional<UserNotice> update(Availability state, const model::Now& now);

    /// No process served from `since` until now, outside of planned maintenance. Short absences are
    /// not outages that users are told about.
    void note_absence(base::Timestamp since, const model::Now& now);

    [[nodiscard]] const std::optional<ServiceOutage>& outage() const { return outage_; }

private:
    struct Moment {
        base::Timestamp time;
        base::Timestamp monotonic;
    };

    [[nodiscard]] std::optional<UserNotice> note_works(const model::Now& now);
    [[nodiscard]] std::optional<UserNotice> note_fails(const model::Now& now);

    std::optional<ServiceOutage> outage_;
    base::Timestamp since_;        ///< When the outage began, on the monotonic clock.
    std::optional<Moment> works_;  ///< Since when the service works again.
};

// Accounts.

enum class AccountEventKind : std::uint8_t {
    Frozen,      ///< A condition that begins and ends.
    MarginCall,  ///< A condition that begins and ends.
    ForcedExit,  ///< Happens once.
};

/// Something that happened to an account.
struct AccountEvent {
    model::AccountId account;
    AccountEventKind kind = AccountEventKind::Frozen;
    bool active = true;  ///< False: the condition has ended.
    model::FreezeReason reason = model::FreezeReason::None;
    /// Distinguishes this event from others of its kind in the account, over all processes.
    std::string number;

    friend bool operator==(const AccountEvent&, const AccountEvent&) = default;
};

[[nodiscard]] AccountEvent freeze_event(const model::Account& account);
[[nodiscard]] AccountEvent margin_event(const model::RiskState& risk);

/// What a committed record says about accounts, in its order.
[[nodiscard]] std::vector<AccountEvent> account_events(const model::Record& record);

/// "account/demo/frozen": names the condition of the account.
[[nodiscard]] std::string condition_key(const AccountEvent& event);

/// For the owner of the account only (N1). The event is active.
[[nodiscard]] UserNotice account_notice(const AccountEvent& event);

}  // namespace botcore::operations
