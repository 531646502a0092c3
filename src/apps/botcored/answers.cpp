#include "apps/botcored/answers.hpp"

#include "shell/cache/memory_cache.hpp"
#include "shell/cache/redis_cache.hpp"

#include <chrono>
#include <utility>

namespace botcore::apps {

namespace {

base::Timestamp steady_time() {
    const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
    return base::Timestamp::from_microseconds(
        std::chrono::duration_cast<std::chrono::microseconds>(since_start).count());
}

}  // namespace

base::Result<std::unique_ptr<Answers>, std::string> Answers::make(const shell::Config& config,
                                                                  boost::asio::io_context& context,
                                                                  std::uint64_t seed) {
    std::unique_ptr<ports::Cache> cache;
    const std::string& url = config.text("cache.url");
    if (url.empty()) {
        shell::cache::MemoryCacheOptions options;
        options.entries_max = static_cast<std::size_t>(config.integer("cache.entries_max"));
        options.bytes_max = static_cast<std::size_t>(config.integer("cache.memory_mib")) << 20U;
        cache = std::make_unique<shell::cache::MemoryCache>(options, steady_time);
    } else {
        auto address = shell::cache::parse_redis_url(url);
        if (!address) return base::Failure{"cache.url: " + address.error()};
        shell::cache::RedisOptions options;
        options.address = std::move(address).value();
        cache = std::make_unique<shell::cache::RedisCache>(
            context, std::move(options), base::Random(seed));
    }
    return std::unique_ptr<Answers>(new Answers(std::move(cache)));
}

}  // namespace botcore::apps
