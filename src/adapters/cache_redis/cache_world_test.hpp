#pragma once

/// The caches behind one interface, so that the conformance suite runs the same tests on each.

#include "adapters/cache_memory/memory_cache.hpp"
#include "adapters/cache_redis/redis_cache.hpp"
#include "adapters/cache_redis/redis_server_test.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace botcore::cache_redis {

class CacheFixture {
public:
    virtual ~CacheFixture() = default;
    virtual ports::Cache& cache() = 0;
    /// Runs pending operations until `done`; false if that takes more than 20 s.
    virtual bool until(const std::function<bool()>& done) = 0;
    /// Lets time pass until `done`; with a simulated clock, advances it by `span`.
    virtual bool pass(base::Duration span, const std::function<bool()>& done) = 0;

    std::optional<std::string> get(std::string_view key) {
        bool answered = false;
        std::optional<std::string> value;
        cache().get(key, [&](std::optional<std::string> found) {
            EXPECT_FALSE(answered) << "A second reply to one query.";
            answered = true;
            value = std::move(found);
        });
        EXPECT_TRUE(until([&] { return answered; }));
        return value;
    }
};

class MemoryWorld final : public CacheFixture {
public:
    explicit MemoryWorld(cache_memory::MemoryCacheOptions options = {})
        : cache_(options, [this] { return now_; }) {}

    cache_memory::MemoryCache& cache() override { return cache_; }

    bool until(const std::function<bool()>& done) override { return done(); }

    bool pass(base::Duration span, const std::function<bool()>& done) override {
        now_ = now_ + span;
        return done();
    }

private:
    base::Timestamp now_;
    cache_memory::MemoryCache cache_;
};

class RedisWorld final : public CacheFixture {
public:
    static RedisOptions options_for(std::uint16_t port, std::string password = {}) {
        RedisOptions options;
        options.address.host = "127.0.0.1";
        options.address.port = port;
        options.address.password = host::Secret(std::move(password));
        options.pause_first = std::chrono::milliseconds(20);
        options.pause_max = std::chrono::milliseconds(100);
        return options;
    }

    explicit RedisWorld(RedisOptions options)
        : cache_(std::make_unique<RedisCache>(context_, std::move(options), base::Random(7))) {}

    RedisCache& cache() override { return *cache_; }

    void destroy() { cache_.reset(); }

    void run_dry() {
        context_.restart();
        context_.run();
    }

    bool until(const std::function<bool()>& done) override {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            context_.restart();
            context_.run_one_for(std::chrono::milliseconds(10));
        }
        return true;
    }

    bool pass(base::Duration /*span*/, const std::function<bool()>& done) override {
        return until(done);
    }

    bool connected() {
        return until([this] { return cache_->status().connected; });
    }

private:
    boost::asio::io_context context_;
    std::unique_ptr<RedisCache> cache_;
};

}  // namespace botcore::cache_redis
