#pragma once

/// Responses to expensive reads, cached under a key made from what they depend on. The header
/// `X-Cache` says `hit` or `miss`.
///
/// V1  A value is cached only if its key, recomputed after the value was made, is unchanged. So the
///     value belongs to the data that the key names (ports/cache.hpp, K2).
/// V2  A value is stored with a hash over its key and itself. A value that was damaged, truncated
///     or stored under another key is a miss.
///
/// Threads: the thread of the loop. The cache calls no reader after this object is destroyed: it is
/// destroyed before, or the loop has stopped.

#include "api/account_changes.hpp"
#include "api/api_context.hpp"
#include "ports/cache.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>

namespace botcore::api {

class ResponseCache {
public:
    /// Returns everything that the response depends on, as a text of any length.
    using Meaning = std::function<std::string()>;
    /// Makes the value. The result is empty if this function has already responded to the call.
    using Make = std::function<std::optional<boost::json::value>(host::RequestContext&)>;
    /// Adds what must not be cached, such as ages, to the value, and responds.
    using Finish = std::function<void(host::RequestContext&, boost::json::value)>;

    struct Query {
        Meaning meaning;
        Make make;
        Finish finish;
    };

    ResponseCache(ports::Cache& cache, const AccountChanges& changes)
        : cache_(cache),
          changes_(changes) {}

    /// Responds to the call now or later. The call is moved from, so the caller of this function
    /// must not use it afterwards.
    void respond(host::RequestContext& call, Query query) const;

    /// A text that changes with every record that changes the account.
    [[nodiscard]] std::string stamp_of(const model::AccountId& account,
                                       const runtime::Runtime& runtime) const {
        return changes_.stamp(account, runtime.state().incarnation, runtime.head().sequence);
    }

private:
    ports::Cache& cache_;
    const AccountChanges& changes_;
};

/// Responds from the cache of the API, or makes the response when the API has no cache.
void respond_cached(const ApiContext& context,
                    host::RequestContext& call,
                    ResponseCache::Query query);

/// Writes what the cache counts into the metrics.
void write_cache_metrics(const ports::CacheCounters& cache, observability::Metrics& metrics);

/// Writes what a cache on another machine counts about its connection.
void write_cache_connection_metrics(const ports::CacheCounters& cache,
                                    observability::Metrics& metrics);

/// Everything that responses about an account depend on: its name and its last change, as a text.
[[nodiscard]] std::string account_meaning(const ApiContext& context,
                                          const model::AccountId& account);

}  // namespace botcore::api
