#include "api/response_cache.hpp"

#include "protocol/journal.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <utility>

namespace botcore::api {

namespace json = boost::json;

namespace {

/// Entries expire after this time, so that entries that are no longer requested free their memory.
/// Entries stay correct until they expire (ports/cache.hpp, K2).
constexpr base::Duration kLife = base::Duration::seconds(300);

std::string hash_text(std::string_view text) {
    const model::Hash hash = protocol::hash_of(text);
    return {hash.begin(), hash.end()};
}

std::string key_of(const std::string& meaning) {
    return "answer:1:" + hash_text(meaning);
}

std::string seal_of(std::string_view key, std::string_view text) {
    return hash_text(std::string(key).append("\n").append(text));
}

/// The cached value; empty when the cache returned something other than what was stored (V2).
std::optional<json::value> opened(const std::string& key, std::string_view kept) {
    constexpr std::size_t kSealSize = sizeof(model::Hash);
    if (kept.size() < kSealSize) return std::nullopt;
    const std::string_view text = kept.substr(kSealSize);
    if (seal_of(key, text) != kept.substr(0, kSealSize)) return std::nullopt;
    json::error_code error;
    json::value value = json::parse(text, error);
    if (error) return std::nullopt;
    return value;
}

}  // namespace

void ResponseCache::respond(host::RequestContext& call, Query query) const {
    // An external cache replies later, so the call and its query are stored together until then.
    struct Waiting {
        host::RequestContext call;
        Query query;
        std::string key;
    };

    const auto waiting = std::make_shared<Waiting>();
    waiting->key = key_of(query.meaning());
    waiting->call = std::move(call);
    waiting->query = std::move(query);
    cache_.get(waiting->key, [this, waiting](const std::optional<std::string>& found) {
        host::RequestContext& kept = waiting->call;
        if (found) {
            if (auto value = opened(waiting->key, *found)) {
                kept.headers.emplace_back("X-Cache", "hit");
                return waiting->query.finish(kept, *std::move(value));
            }
        }
        auto made = waiting->query.make(kept);
        if (!made) return;
        kept.headers.emplace_back("X-Cache", "miss");
        if (key_of(waiting->query.meaning()) == waiting->key) {  // V1
            const std::string text = json::serialize(*made);
            cache_.put(waiting->key, seal_of(waiting->key, text) + text, kLife);
        }
        waiting->query.finish(kept, *std::move(made));
    });
}

void respond_cached(const ApiContext& context,
                    host::RequestContext& call,
                    ResponseCache::Query query) {
    if (context.response_cache != nullptr)
        return context.response_cache->respond(call, std::move(query));
    auto made = query.make(call);
    if (made) query.finish(call, *std::move(made));
}

std::string account_meaning(const ApiContext& context, const model::AccountId& account) {
    if (context.response_cache == nullptr) return {};
    return account.text() + "\n" + context.response_cache->stamp_of(account, context.runtime);
}

void write_cache_metrics(const ports::CacheCounters& cache, observability::Metrics& metrics) {
    const auto raise = [&](std::string_view result, std::uint64_t total) {
        metrics.raise("cache_requests_total", {result}, static_cast<double>(total));
    };
    raise("hit", cache.hits);
    raise("miss", cache.misses);
    raise("failure", cache.errors);
}

void write_cache_connection_metrics(const ports::CacheCounters& cache,
                                    observability::Metrics& metrics) {
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    metrics.raise("reconnection_attempts_total", {"cache", "success"}, number(cache.reconnects));
    metrics.raise(
        "reconnection_attempts_total", {"cache", "failure"}, number(cache.reconnects_failed));
    metrics.raise("timeouts_total", {"cache"}, number(cache.timeouts));
}

}  // namespace botcore::api
