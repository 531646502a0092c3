#pragma once

/// The metrics of HTTP requests: how many by status, how many refused by error code, how long.
///
/// Threads: the thread of the loop.

#include "net/http_message.hpp"
#include "observability/metrics.hpp"

#include <cstdint>
#include <map>

namespace botcore::api {

class RequestMetrics {
public:
    /// Every error code is present at zero from here on. The metrics must outlive this object.
    explicit RequestMetrics(observability::Metrics& metrics);

    /// Counts a finished request.
    void count(const net::HttpExchange& exchange);

private:
    observability::Metrics& metrics_;
    observability::HistogramLine seconds_;
    std::map<std::uint16_t, observability::CounterLine> by_status_;
};

}  // namespace botcore::api
