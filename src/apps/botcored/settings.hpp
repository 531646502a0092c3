#pragma once

/// Converts the texts and numbers of the configuration into the options of the daemon's parts.

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "api/user_access.hpp"
#include "host/config.hpp"
#include "host/shutdown.hpp"
#include "net/http_server.hpp"
#include "observability/log.hpp"
#include "operations/maintenance.hpp"
#include "ports/cache.hpp"
#include "runtime/runtime.hpp"
#include "services/events/websocket_server.hpp"
#include "services/health/health_service.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace botcore::apps {

/// `Options::next_incarnation` uses the system's source of randomness.
[[nodiscard]] runtime::Options runtime_options(const host::Config& config);
[[nodiscard]] model::RiskLimits risk_limits(const host::Config& config);
[[nodiscard]] api::UserAccessOptions access_options(const host::Config& config);
[[nodiscard]] health::HealthService::Options watch_options(const host::Config& config,
                                                           const std::filesystem::path& store);

[[nodiscard]] operations::MaintenanceTimes maintenance_times(const host::Config& config);
[[nodiscard]] host::ShutdownOptions shutdown_options(const host::Config& config);
[[nodiscard]] store_sqlite::SqliteOptions store_options(const host::Config& config,
                                                        std::string path,
                                                        std::string vfs);
/// Also raises the limit of file descriptors, which bounds the number of connections. The log must
/// outlive the server.
[[nodiscard]] net::HttpServerOptions http_options(const host::Config& config,
                                                  observability::Log& log);
/// The limits of each subscriber's queue.
[[nodiscard]] events::QueueLimits queue_limits(const host::Config& config);
[[nodiscard]] events::WebsocketOptions websocket_options(const host::Config& config);
[[nodiscard]] observability::LogOptions log_options(const host::Config& config);
/// The cache that the configuration selects: in a Redis server, or in the process.
[[nodiscard]] base::Result<std::unique_ptr<ports::Cache>, std::string> make_cache(
    const host::Config& config, boost::asio::io_context& context, std::uint64_t seed);

/// The value of an environment variable; empty if the variable is not set.
[[nodiscard]] std::string environment(const char* name);
/// A random number from the system's source of randomness.
[[nodiscard]] std::uint64_t random_seed();

/// The URL of the API for clients on this machine.
[[nodiscard]] std::string url_of(const host::Config& config, std::uint16_t port);

}  // namespace botcore::apps
