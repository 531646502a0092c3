#pragma once

/// Creates the source of prices that the configuration names.

#include "base/result.hpp"
#include "host/config.hpp"
#include "ports/market_source.hpp"
#include "venue/market_translation.hpp"

#include <functional>
#include <memory>
#include <string>

namespace botcore::apps {

/// `sink` receives the events for the paper venue. `wake` asks the loop to poll soon; any thread
/// may call it. The error says what is wrong with the configured files.
[[nodiscard]] base::Result<std::unique_ptr<ports::MarketSource>, std::string> make_market_source(
    const host::Config& config, venue::MarketEventSink sink, std::function<void()> wake);

/// Checks whether `make_market_source` would accept the configuration. Starts nothing.
[[nodiscard]] base::Outcome<std::string> check_market_source(const host::Config& config);

}  // namespace botcore::apps
