#pragma once

/// Tells people: writes every notice into the log at once and delivers it over the channels of its
/// level, through the outbox.
///
/// N1  A notice that a channel must deliver is stored before it is sent, unless the store does not
///     respond (outbox, O5), and stays stored until it was delivered.
/// N2  A notice that a channel refuses, and a channel that fails for a minute, are reported over
/// the
///     other channels.
/// N3  In quiet hours a warning is stored and waits; it is not sent if it is over before their end.
/// N4  Neither the caller nor the trading waits for a channel.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "operations/quiet_hours.hpp"
#include "ports/notifier.hpp"
#include "ports/service_store.hpp"
#include "runtime/outbox.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::notifications {

/// A way to reach people.
struct Channel {
    std::string name;  ///< "slack", "pagerduty", "email", "webhook"; "email:ann" of a person.
    std::unique_ptr<ports::Notifier> notifier;
    base::Duration gap{};  ///< The least time between two messages.
    /// Reaches one person. Used only by `send_to`, never for the notices of a level or about other
    /// channels.
    bool is_personal = false;
};

/// The names of the channels for the notices of each level. A level none of whose channels exists
/// uses every channel, except Info, which then is only logged.
struct NoticeRoutes {
    std::vector<std::string> info;
    std::vector<std::string> warning;
    std::vector<std::string> critical;
    /// Warnings wait until the end of these hours.
    std::optional<operations::QuietHours> quiet_hours{};
};

class NotificationService final : public host::Service, public ports::Notifier {
public:
    /// All references must outlive the service.
    struct Parts {
        ports::Notifier& log_channel;
        ports::ServiceStore& store;
        observability::Log& log;
        observability::Metrics& metrics;
        std::function<model::Now()> now;
    };

    /// Continues with the notices that earlier processes could not deliver. The error says why they
    /// cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<NotificationService>, std::string> make(
        const Parts& parts, std::vector<Channel> channels, NoticeRoutes routes);

    /// `done` is called at once: the notice is in the log and, if it has channels, in the outbox.
    void send(const ports::Notice& notice, Done done) override;

    /// Logs the notice and delivers it over these channels, even if it says what the last notice
    /// about its subject said; channels that do not exist are left out. `together` becomes durable
    /// with it: after a crash both are stored, or neither.
    void send_to(const ports::Notice& notice,
                 const std::vector<std::string>& channels,
                 std::vector<ports::ServiceChange> together);

    using Delivered =
        std::function<void(std::string_view channel, const ports::Notice&, base::Timestamp)>;

    /// From now on `listener` is called when a channel has accepted a notice.
    void on_delivered(Delivered listener) { delivered_ = std::move(listener); }

    /// Sends a test message over one channel, past the outbox. `done` gets the channel's answer.
    /// False: there is no such channel.
    [[nodiscard]] bool send_test(std::string_view channel, Done done);

    struct ChannelView {
        std::string name;
        runtime::Outbox::ChannelState state;
    };

    [[nodiscard]] std::vector<ChannelView> channels() const;

    /// The warnings that wait for the end of the quiet hours, by subject.
    [[nodiscard]] const std::map<std::string, ports::Notice>& held() const { return held_; }

    /// Sends what is due.
    void tick(const model::Now& now) override;

    /// Adds the component "notifier": degraded while a channel cannot deliver. Without a channel it
    /// is not configured.
    void add_probes(host::HealthProber& prober) override;

private:
    NotificationService(const Parts& parts, std::vector<Channel> channels, NoticeRoutes routes);

    [[nodiscard]] base::Outcome<std::string> restore();
    [[nodiscard]] std::vector<std::string> channels_for(ports::NoticeLevel level) const;
    [[nodiscard]] std::vector<std::string> others(std::string_view channel) const;
    void enqueue(const ports::Notice& notice, const std::vector<std::string>& channels);
    [[nodiscard]] ports::Notice timed(ports::Notice notice) const;
    void store(const runtime::Outbox::Added& added, std::vector<ports::ServiceChange> changes);
    [[nodiscard]] bool hold(const ports::Notice& notice);
    void release_held(base::Timestamp now);
    void send_due(const Channel& channel);
    void finished(const std::string& channel,
                  const runtime::OutboxRow& row,
                  const ports::Delivery& delivery);
    void report_refusal(const std::string& channel,
                        const runtime::OutboxRow& row,
                        const std::string& error);
    void watch(const std::string& channel, base::Timestamp now);
    void count(std::string_view channel, std::string_view result);
    [[nodiscard]] host::ProbeReply health() const;

    Parts parts_;
    std::vector<Channel> channels_;
    NoticeRoutes routes_;
    runtime::Outbox outbox_;
    std::map<std::string, ports::Notice> held_;
    Delivered delivered_ = [](std::string_view, const ports::Notice&, base::Timestamp) {};
    std::vector<std::string> failing_;  ///< Channels that were reported as failing.
};

}  // namespace botcore::notifications
