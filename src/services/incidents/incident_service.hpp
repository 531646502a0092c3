#pragma once

/// Keeps the incidents: opens and resolves them from alerts, takes what people say about them, and
/// stores every change.
///
/// Threads: the loop thread.

#include "host/service.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "operations/alert_evaluator.hpp"
#include "operations/incident.hpp"
#include "ports/notifier.hpp"
#include "ports/service_store.hpp"
#include "protocol/events.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::incidents {

class IncidentService final : public host::Service {
public:
    /// All references must outlive the service.
    struct Parts {
        ports::ServiceStore& store;
        observability::Log& log;
        observability::Metrics& metrics;
        /// Sends an event to the subscribers of the stream.
        std::function<void(const protocol::Event&)> publish;
        std::function<base::Timestamp()> now;
        bool creates_issues = false;  ///< A tracker of issues is configured.
    };

    using Book = operations::IncidentBook;
    using Outcome = std::optional<Book::Refused>;

    /// Continues the incidents of earlier processes. The error says why they cannot be read.
    [[nodiscard]] static base::Result<std::unique_ptr<IncidentService>, std::string> make(
        const Parts& parts);

    void on_alert(const operations::AlertChange& change, base::Timestamp now);
    /// A channel has accepted a notice.
    void on_delivered(std::string_view channel, const ports::Notice& notice, base::Timestamp now);

    /// Adds a fact to an incident, which exists, and returns the change that stores it: the caller
    /// stores it together with what the fact says.
    [[nodiscard]] ports::ServiceChange add_fact(std::uint64_t number,
                                                operations::IncidentFact fact);

    void tick(const model::Now& now) override;

    /// A person opens an incident. Returns its number.
    std::uint64_t open(operations::IncidentSeverity severity,
                       const std::string& title,
                       const std::string& by,
                       base::Timestamp now);

    /// Stores the incident if `action`, which is what a person does with it, was not refused.
    /// `durable` is called when it is stored; it may be empty.
    [[nodiscard]] Outcome change(std::uint64_t number,
                                 const std::function<Outcome(Book&)>& action,
                                 ports::ServiceStore::Done durable = nullptr);

    /// Whether an action item that is added becomes an issue in a tracker.
    [[nodiscard]] bool creates_issues() const { return parts_.creates_issues; }

    [[nodiscard]] const Book& book() const { return book_; }

private:
    IncidentService(const Parts& parts, std::vector<operations::Incident> incidents);

    /// Stores the incident and shows the figures, which may have changed with it.
    void store(std::uint64_t number, ports::ServiceStore::Done durable = nullptr);
    void count_opened(std::uint64_t number);
    void publish(const operations::Incident& incident);
    void show_figures();

    Parts parts_;
    Book book_;
    std::map<std::uint64_t, std::string_view> published_;  ///< The state last published.
};

}  // namespace botcore::incidents
