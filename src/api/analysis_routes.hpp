#pragma once

/// Forwards a caller's queries to the analysis service. No result of the service causes a trade by
/// itself, and manual trading continues while the service is slow, down or not configured
/// (R1-DEGR-01).
///
/// Threads: the thread of the loop.

#include "api/api_context.hpp"
#include "host/route_table.hpp"
#include "services/analysis/analysis_service.hpp"

#include <chrono>
#include <functional>

namespace botcore::api {

class AnalysisRoutes {
public:
    struct Parts {
        analysis::AnalysisService* service = nullptr;  ///< Null if no service is configured.
        /// Called when an analysis of the symbol exceeds its time limit.
        std::function<void(const model::Symbol&)> timed_out;
    };

    /// The context and everything that the parts refer to must outlive this object, which must
    /// outlive the route table.
    AnalysisRoutes(const ApiContext& context, Parts parts)
        : context_(context),
          parts_(std::move(parts)) {}

    void add_to(host::RouteTable& table);

private:
    void analyze(host::RequestContext& call);
    void count(analysis::AnalysisKind kind, std::chrono::duration<double> took);
    void finish(host::RequestContext& call,
                const model::Symbol& symbol,
                const analysis::AnalysisResult& result);

    const ApiContext& context_;
    Parts parts_;
};

}  // namespace botcore::api
