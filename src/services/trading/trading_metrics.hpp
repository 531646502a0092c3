#pragma once

/// Copies figures of the trading into the metrics; called before the metrics are read.
///
/// Threads: the loop thread.

#include "observability/metrics.hpp"
#include "ports/market_data.hpp"
#include "runtime/runtime.hpp"

namespace botcore::trading {

/// Writes what the runtime counts, and figures of its durable state. While there is none (R6), the
/// latter keep their values.
void write_runtime_metrics(const runtime::Runtime& runtime, observability::Metrics& metrics);

/// Writes the age of each instrument's price and the counts of public trades.
void write_market_metrics(const ports::MarketData& market, observability::Metrics& metrics);

}  // namespace botcore::trading
