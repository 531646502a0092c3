#pragma once

/// Converts the texts and numbers of the configuration into the options of the daemon's parts.

#include "ports/cache.hpp"
#include "runtime/runtime.hpp"
#include "shell/config/config.hpp"
#include "shell/daemon/health_service.hpp"
#include "shell/daemon/shutdown.hpp"
#include "shell/http/http_server.hpp"
#include "shell/http/user_access.hpp"
#include "shell/sqlite/sqlite_store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace botcore::apps {

/// `Options::next_incarnation` uses the system's source of randomness.
[[nodiscard]] runtime::Options runtime_options(const shell::Config& config);
[[nodiscard]] model::RiskLimits risk_limits(const shell::Config& config);
[[nodiscard]] shell::http::UserAccessOptions access_options(const shell::Config& config,
                                                            const std::filesystem::path& data);
[[nodiscard]] shell::HealthService::Options watch_options(const shell::Config& config,
                                                          const std::filesystem::path& store);
[[nodiscard]] shell::ShutdownOptions shutdown_options(const shell::Config& config);
[[nodiscard]] shell::sqlite::SqliteOptions store_options(const shell::Config& config,
                                                         std::string path,
                                                         std::string vfs);
/// Also raises the limit of file descriptors, which bounds the number of connections. The log must
/// outlive the server.
[[nodiscard]] shell::http::HttpServerOptions http_options(const shell::Config& config,
                                                          shell::log::Log& log);
/// The cache that the configuration selects: in a Redis server, or in the process.
[[nodiscard]] base::Result<std::unique_ptr<ports::Cache>, std::string> make_cache(
    const shell::Config& config, boost::asio::io_context& context, std::uint64_t seed);

/// The value of an environment variable; empty if the variable is not set.
[[nodiscard]] std::string environment(const char* name);
/// A random number from the system's source of randomness.
[[nodiscard]] std::uint64_t random_seed();

/// The URL of the API for clients on this machine.
[[nodiscard]] std::string url_of(const shell::Config& config, std::uint16_t port);

}  // namespace botcore::apps
