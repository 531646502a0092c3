#pragma once

/// Routes for incidents: what is open, what happened, and what people say about it.
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "base/result.hpp"
#include "host/route_table.hpp"
#include "protocol/api_requests.hpp"
#include "services/incidents/incident_service.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace botcore::api {

class IncidentRoutes {
public:
    /// The context and the service outlive this object, and this object outlives the table.
    IncidentRoutes(const ApiContext& context, incidents::IncidentService& service)
        : context_(context),
          service_(service) {}

    void add_to(host::RouteTable& table);

private:
    using Outcome = incidents::IncidentService::Outcome;
    using Book = operations::IncidentBook;
    using Action = std::function<Outcome(Book&)>;
    template <class T>
    using Result = base::Result<T, protocol::RequestError>;
    /// Reads the body of a request about the incident with this number.
    using ReadAction = std::function<Result<Action>(std::uint64_t number)>;

    void list(host::RequestContext& call);
    void show(host::RequestContext& call);
    void report(host::RequestContext& call);
    void open(host::RequestContext& call);
    void acknowledge(host::RequestContext& call);
    void note(host::RequestContext& call);
    void resolve(host::RequestContext& call);
    void review(host::RequestContext& call);
    void add_action(host::RequestContext& call);
    void finish_action(host::RequestContext& call);

    /// The incident that the path names; sends 404 if there is none.
    [[nodiscard]] const operations::Incident* incident_of(host::RequestContext& call);
    void change(host::RequestContext& call, const ReadAction& read);
    void finish(host::RequestContext& call, std::uint64_t number, Outcome outcome);

    const ApiContext& context_;
    incidents::IncidentService& service_;
};

}  // namespace botcore::api
