#pragma once

/// What the daemon counts and measures, as the Prometheus text format. Every name is there at zero
/// from the start, so that an alert never waits for a first event.
///
/// Threads: the thread of the loop.

#include "runtime/runtime.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace botcore::shell::metrics {

/// How a commit ended, and what was in it.
struct Transaction {
    ports::CommitResult result = ports::CommitResult::Committed;
    std::chrono::nanoseconds duration{0};
    std::uint64_t trades = 0;
    std::uint64_t orders_placed = 0;
    std::uint64_t orders_refused = 0;
};

class Metrics {
public:
    explicit Metrics(std::string_view service = "botcored");
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void count_request(std::uint16_t status, std::chrono::nanoseconds duration);
    /// `type` is an error code of the API.
    void count_request_error(std::string_view type);
    void count_transaction(const Transaction& transaction);
    /// A caller's If-Match did not hold.
    void count_version_conflict();

    void set_http_connections(std::size_t count);
    /// Copies what the runtime counted by itself, and reads its durable state.
    void read(const runtime::Runtime& runtime);
    void set_price_age(const model::InstrumentId& instrument, model::Duration age);
    /// One line of `health_check_status`: 1 healthy, 0.5 degraded, 0 unhealthy.
    void set_health(std::string_view check, std::string_view status);
    /// One line of `degraded_mode`: 1 while the mode holds.
    void set_degraded_mode(std::string_view mode, bool holds);
    /// One line of `service_seconds`: how long the service was in the state, over the last 30 days.
    void set_service_time(std::string_view state, model::Duration time);
    /// 1 from the beginning of a maintenance window to its end.
    void set_maintenance(bool under_way);

    /// The text format, version 0.0.4.
    [[nodiscard]] std::string render() const;

private:
    struct Families;

    std::unique_ptr<Families> families_;
};

}  // namespace botcore::shell::metrics
