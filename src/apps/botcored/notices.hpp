#pragma once

/// How the daemon tells people: the log, the configured channels, and the store of what waits.
///
/// Threads: the loop thread.

#include "adapters/notify_log/log_notifier.hpp"
#include "apps/botcored/process.hpp"
#include "host/on_call_file.hpp"
#include "host/service.hpp"
#include "net/http_attempt.hpp"
#include "ports/service_store.hpp"
#include "services/notifications/notification_service.hpp"
#include "services/notifications/user_preferences.hpp"

#include <memory>
#include <optional>

namespace botcore::apps {

class Notices final : public host::Service {
public:
    /// The process must outlive the service.
    [[nodiscard]] static base::Result<std::unique_ptr<Notices>, host::StartFailure> make(
        Process& process);

    [[nodiscard]] notifications::NotificationService& service() { return *service_; }

    [[nodiscard]] ports::ServiceStore& store() { return *store_; }

    [[nodiscard]] net::HttpTransport& transport() { return *transport_; }

    /// What users want to be told.
    [[nodiscard]] notifications::UserPreferences& preferences() { return *preferences_; }

    /// Null: nobody is on call.
    [[nodiscard]] const host::OnCallFile* on_call() const {
        return on_call_ ? &*on_call_ : nullptr;
    }

    void tick(const model::Now& now) override { service_->tick(now); }

    void add_probes(host::HealthProber& prober) override { service_->add_probes(prober); }

private:
    explicit Notices(Process& process) : log_channel_(process.log) {}

    notify_log::LogNotifier log_channel_;
    std::unique_ptr<ports::ServiceStore> store_;
    std::unique_ptr<notifications::UserPreferences> preferences_;
    std::unique_ptr<net::HttpTransport> transport_;
    std::optional<host::OnCallFile> on_call_;
    std::unique_ptr<notifications::NotificationService> service_;
};

}  // namespace botcore::apps
