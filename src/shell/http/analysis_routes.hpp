#pragma once

/// Questions to the analysis service on a caller's behalf. Nothing that it says trades by itself:
/// without it, and while it is slow or gone, manual trading goes on (R1-DEGR-01).
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"
#include "shell/outbound/analysis_service.hpp"

#include <chrono>
#include <functional>

namespace botcore::shell::http {

class AnalysisRoutes {
public:
    struct Parts {
        outbound::AnalysisService* service = nullptr;  ///< Null: none is configured.
        /// An analysis of the symbol took longer than it may.
        std::function<void(const model::Symbol&)> timed_out;
    };

    /// The context and the parts outlive the door, and the door the table.
    AnalysisRoutes(const ApiContext& context, Parts parts)
        : context_(context),
          parts_(std::move(parts)) {}

    void add_to(RouteTable& table);

private:
    void analyze(RequestContext& call);
    void count(outbound::AnalysisKind kind, std::chrono::duration<double> took);
    void finish(RequestContext& call,
                const model::Symbol& symbol,
                const outbound::AnalysisResult& result);

    const ApiContext& context_;
    Parts parts_;
};

}  // namespace botcore::shell::http
