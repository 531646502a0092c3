#include "apps/botcored/settings.hpp"

#include "adapters/cache_memory/memory_cache.hpp"
#include "adapters/cache_redis/redis_cache.hpp"
#include "base/check.hpp"
#include "build_info.hpp"
#include "host/error_body.hpp"
#include "net/descriptor_limit.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>

namespace botcore::apps {

namespace {

/// Log output is delayed for at most this long, so that the greeting is printed first.
constexpr std::chrono::seconds kGreetingAwaited(5);

base::Duration milliseconds(const host::Config& config, std::string_view key) {
    return base::Duration::milliseconds(config.integer(key));
}

base::Duration seconds(const host::Config& config, std::string_view key) {
    return base::Duration::seconds(config.integer(key));
}

std::uint32_t count(const host::Config& config, std::string_view key) {
    return static_cast<std::uint32_t>(config.integer(key));
}

std::size_t size(const host::Config& config, std::string_view key) {
    return static_cast<std::size_t>(config.integer(key));
}

std::chrono::seconds seconds_of(const host::Config& config, std::string_view key) {
    return std::chrono::seconds(config.integer(key));
}

/// Converts a percentage into a ratio.
model::Rate percent(const host::Config& config, std::string_view key) {
    const auto value = model::parse_amount<model::Rate>(config.text(key));
    CHECK(value.has_value());  // The configuration has validated it.
    return model::Rate::from_units(value.value().units() / 100);
}

}  // namespace

model::RiskLimits risk_limits(const host::Config& config) {
    model::RiskLimits limits;
    limits.positions_max = count(config, "risk.positions_max");
    limits.stop_distance_max = percent(config, "risk.stop_distance_max_percent");
    limits.daily_loss_max = percent(config, "risk.daily_loss_max_percent");
    limits.drawdown_max = percent(config, "risk.drawdown_max_percent");
    limits.margin_level_warn = percent(config, "risk.margin_level_warn_percent");
    limits.margin_level_entry = percent(config, "risk.margin_level_entry_percent");
    limits.margin_level_close = percent(config, "risk.margin_level_close_percent");
    limits.margin_level_safe = percent(config, "risk.margin_level_safe_percent");
    limits.losses_in_a_row_max = count(config, "risk.losses_in_a_row_max");
    // With generated prices, there is no cool-down unless it was configured: losses against
    // generated prices do not justify one.
    const bool chosen = config.value("risk.losses_in_a_row_max").origin != "default";
    if (config.text("market.source") == "generated" && !chosen) limits.losses_in_a_row_max = 0;
    limits.cooldown = base::Duration::seconds(60 * config.integer("risk.cooldown_minutes"));
    limits.exposure_max = percent(config, "risk.exposure_max_percent");
    limits.orders_per_second_max = count(config, "risk.orders_per_second_max");
    return limits;
}

runtime::Options runtime_options(const host::Config& config) {
    runtime::Options options;
    options.software = std::string("botcored ") + std::string(build_info::kVersion) + " " +
                       std::string(build_info::kCommit);
    auto& policy = options.policy;
    policy.price_age_max = milliseconds(config, "trading.price_age_max_ms");
    policy.attempt_window = milliseconds(config, "trading.attempt_window_ms");
    policy.fence_margin = milliseconds(config, "trading.fence_margin_ms");
    policy.view_lag = milliseconds(config, "trading.view_lag_ms");
    policy.accounts_max = count(config, "trading.accounts_max");
    policy.request_lifetime =
        base::Duration::seconds(config.integer("trading.request_lifetime_seconds"));
    policy.attempts_max = count(config, "trading.attempts_max");
    policy.protect_within = milliseconds(config, "trading.protect_within_ms");
    policy.trail_step = percent(config, "trading.trail_step_percent");
    policy.maintenance_notice =
        base::Duration::seconds(86'400 * config.integer("maintenance.notice_days"));
    policy.maintenance_max =
        base::Duration::seconds(60 * config.integer("maintenance.window_max_minutes"));
    policy.risk = risk_limits(config);
    options.reply_within = milliseconds(config, "trading.answer_within_ms");
    options.compare_every = seconds(config, "reconcile.every_seconds");
    options.compare_day_at =
        base::Duration::seconds(60 * config.integer("reconcile.day_at_minutes"));
    options.reply_retention =
        base::Duration::seconds(3'600 * config.integer("idempotency.reply_hours"));
    options.instruments = model::builtin_instruments();
    options.next_incarnation = random_seed;
    return options;
}

api::UserAccessOptions access_options(const host::Config& config) {
    const auto rule = [&](std::string_view key, std::int64_t span) {
        return resilience::RateRule{count(config, key), base::Duration::seconds(span)};
    };
    api::UserAccessOptions options;
    options.delays.failures_free = count(config, "auth.lockout_failures");
    options.delays.failures_free_of_user = 4 * options.delays.failures_free;
    options.delays.longest = base::Duration::seconds(60 * config.integer("auth.lockout_minutes"));
    options.user_service.token_lifetime =
        base::Duration::seconds(3'600 * config.integer("auth.token_hours"));
    options.auth_routes.registration_open = config.text("auth.registration") == "open";
    const auto deposit = model::parse_amount<model::Money>(config.text("paper.deposit"));
    CHECK(deposit.has_value());
    options.auth_routes.deposit = deposit.value();
    options.limits.entries = rule("limits.entries_per_second", 1);
    options.limits.exits = rule("limits.exits_per_second", 1);
    options.limits.reads = rule("limits.reads_per_second", 1);
    options.limits.logins = rule("limits.logins_per_minute", 60);
    options.limits.registrations = rule("limits.registrations_per_hour", 3'600);
    options.limits.public_reads = rule("limits.public_per_minute", 60);
    options.limits.for_operators = config.is_on("limits.operators");
    options.limits.for_loopback = config.is_on("limits.loopback");
    options.cors_origins = config.text("http.cors_origins");
    return options;
}

health::HealthService::Options watch_options(const host::Config& config,
                                             const std::filesystem::path& store) {
    health::HealthService::Options options;
    options.interval = seconds(config, "reliability.health_check_interval_seconds");
    options.market_age_max = milliseconds(config, "trading.price_age_max_ms");
    options.store_path = store.string();
    options.disk_low_bytes = static_cast<std::uint64_t>(config.integer("store.disk_low_mib"))
                             << 20U;
    options.cache_is_remote = !config.text("cache.url").empty();
    return options;
}

operations::MaintenanceTimes maintenance_times(const host::Config& config) {
    operations::MaintenanceTimes times;
    times.drain_max = seconds(config, "maintenance.drain_max_seconds");
    times.ramp = seconds(config, "maintenance.ramp_seconds");
    times.watch = seconds(config, "maintenance.watch_seconds");
    return times;
}

host::ShutdownOptions shutdown_options(const host::Config& config) {
    host::ShutdownOptions options;
    options.delay = std::chrono::seconds(config.integer("shutdown.drain_delay_seconds"));
    options.drain_within = std::chrono::seconds(config.integer("shutdown.drain_within_seconds"));
    return options;
}

store_sqlite::SqliteOptions store_options(const host::Config& config,
                                          std::string path,
                                          std::string vfs) {
    store_sqlite::SqliteOptions options;
    options.path = std::move(path);
    options.vfs = std::move(vfs);
    options.watches_file = true;
    options.reserve_bytes = static_cast<std::uint64_t>(config.integer("store.reserve_mib")) << 20U;
    options.read_longest = std::chrono::seconds(config.integer("store.query_timeout_seconds"));
    return options;
}

net::HttpServerOptions http_options(const host::Config& config, observability::Log& log) {
    net::HttpServerOptions options;
    options.address = config.text("http.address");
    options.port = static_cast<std::uint16_t>(config.integer("http.port"));
    options.trusted_proxies = config.text("http.trusted_proxies");
    options.hosts = config.text("http.hosts");
    options.render_error = host::render_error_body;
    options.connections_per_address =
        static_cast<std::size_t>(config.integer("http.connections_per_address"));
    if (!config.text("http.tls_certificate").empty()) {
        options.tls = {config.text("http.tls_certificate"), config.text("http.tls_key")};
    }
    options.respond_within = std::chrono::seconds(config.integer("http.deadline_seconds"));
    options.first_request_within =
        std::chrono::seconds(config.integer("websocket.handshake_seconds"));
    options.warn = [&log](const std::string& text) {
        log.write(observability::Level::Error, text);
    };
    const auto streams = static_cast<std::size_t>(config.integer("websocket.connections_max"));
    if (const auto lowered = net::fit_to_descriptors(options, streams); !lowered.empty()) {
        log.write(observability::Level::Warn, lowered);
    }
    return options;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

std::uint64_t random_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32U) ^ device();
}

base::Result<std::unique_ptr<ports::Cache>, std::string> make_cache(
    const host::Config& config, boost::asio::io_context& context, std::uint64_t seed) {
    std::unique_ptr<ports::Cache> cache;
    const std::string& url = config.text("cache.url");
    if (url.empty()) {
        cache_memory::MemoryCacheOptions options;
        options.entries_max = static_cast<std::size_t>(config.integer("cache.entries_max"));
        options.bytes_max = static_cast<std::size_t>(config.integer("cache.memory_mib")) << 20U;
        cache = std::make_unique<cache_memory::MemoryCache>(options, [] {
            const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
            return base::Timestamp::from_microseconds(
                std::chrono::duration_cast<std::chrono::microseconds>(since_start).count());
        });
        return cache;
    }
    auto address = host::parse_redis_url(url);
    if (!address) return base::Failure{"cache.url: " + address.error()};
    cache_redis::RedisOptions options;
    options.address = std::move(address).value();
    cache =
        std::make_unique<cache_redis::RedisCache>(context, std::move(options), base::Random(seed));
    return cache;
}

events::QueueLimits queue_limits(const host::Config& config) {
    return {size(config, "websocket.queue_messages"), size(config, "websocket.queue_kib") << 10U};
}

events::WebsocketOptions websocket_options(const host::Config& config) {
    events::WebsocketOptions options;
    options.connections_max = size(config, "websocket.connections_max");
    options.connections_per_user_max = size(config, "websocket.connections_per_user_max");
    options.messages_per_minute_max = size(config, "websocket.messages_per_minute_max");
    options.handshake_within = seconds_of(config, "websocket.handshake_seconds");
    options.authenticate_within = seconds_of(config, "websocket.authenticate_seconds");
    options.ping_every = seconds_of(config, "websocket.ping_seconds");
    options.pong_within = seconds_of(config, "websocket.pong_seconds");
    options.idle_max = seconds_of(config, "websocket.idle_seconds");
    options.prices_every = std::chrono::milliseconds(config.integer("websocket.prices_ms"));
    options.price_age_max =
        model::Duration::milliseconds(config.integer("trading.price_age_max_ms"));
    return options;
}

observability::LogOptions log_options(const host::Config& config) {
    observability::LogOptions options;
    const std::string& format = config.text("log.format");
    const bool text = format == "text" || (format == "auto" && ::isatty(options.descriptor) == 1);
    options.format = text ? observability::Format::Text : observability::Format::Json;
    options.held_for = kGreetingAwaited;
    options.identity.service = "botcored";
    options.identity.version = std::string(build_info::kVersion);
    options.identity.environment = config.text("log.environment");
    options.path = config.text("log.file");
    options.file_bytes_max = static_cast<std::uint64_t>(config.integer("log.file_mib")) << 20U;
    options.files_max = static_cast<int>(config.integer("log.files"));
    options.lines_max = size(config, "log.buffer_lines");
    return options;
}

std::string url_of(const host::Config& config, std::uint16_t port) {
    const bool has_tls = !config.text("http.tls_certificate").empty();
    return (has_tls ? "https://" : "http://") + config.text("http.address") + ":" +
           std::to_string(port);
}

}  // namespace botcore::apps
