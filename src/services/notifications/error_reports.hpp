#pragma once

/// Reports the ERROR lines of the log to people.
///
/// R1  The first line of a code is reported at once, further ones with their number once in five
///     minutes for each code. Their numbers are stored, so that a restart loses none.
/// R2  Once a day a summary lists the number of lines by operation and code since the last summary,
///     also if there were none.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/error_tally.hpp"
#include "observability/log.hpp"
#include "operations/daily_job.hpp"
#include "ports/notifier.hpp"
#include "ports/service_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::notifications {

class ErrorReports final : public host::Service {
public:
    static constexpr base::Duration kEvery = base::Duration::seconds(300);

    using Facts = decltype(ports::Notice::facts);

    /// All references must outlive the service.
    struct Parts {
        observability::Log& log;
        ports::Notifier& notifier;
        ports::ServiceStore& store;
        operations::TimeOfDay summary_at;
        /// Sends the daily summary to those who read it.
        std::function<void(const ports::Notice&)> send_summary;
        /// What else the summary says, such as incidents that are open.
        std::function<Facts()> further_facts;
        std::function<model::Now()> now;
    };

    /// Continues the numbers of earlier processes. The error says why they cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<ErrorReports>, std::string> make(Parts parts);

    void tick(const model::Now& now) override;

private:
    struct Group {
        std::uint64_t waiting = 0;  ///< Lines that were not reported yet.
        std::string newest{};
        std::map<std::string, std::uint64_t> day{};  ///< Lines since the last summary by operation.
        std::optional<base::Timestamp> reported{};   ///< On the monotonic clock, by this process.
        bool changed = false;                        ///< Differs from what is stored.
    };

    explicit ErrorReports(Parts parts) : parts_(std::move(parts)) {}

    [[nodiscard]] base::Outcome<std::string> restore();
    bool restore_row(const ports::ServiceRow& row);
    void take();
    void report(const std::string& code, Group& group, base::Timestamp monotonic);
    void summarize(base::Timestamp now);
    [[nodiscard]] ports::Notice summary(base::Timestamp now) const;
    void store(base::Timestamp monotonic);

    Parts parts_;
    std::map<std::string, Group> groups_;  ///< By code.
    base::Timestamp summarized_;           ///< When the last summary was sent.
    bool summarized_changed_ = false;
    std::optional<base::Timestamp> stored_;  ///< On the monotonic clock.
};

}  // namespace botcore::notifications
