#pragma once

/// Answers of expensive reads, kept in the cache and told apart by what they were made from. The
/// header `X-Cache` says `hit` or `miss`.
///
/// V1  A value is kept only if its key, computed again after it was made, is still the same; so it
///     belongs to the data that the key names (ports/cache.hpp, K2).
/// V2  A value carries a hash over its key and itself. One that was damaged, cut or mixed up with
///     another is a miss.
///
/// Threads: the loop thread only. The cache is destroyed before this, and this after its last call.

#include "ports/cache.hpp"
#include "shell/cache/account_changes.hpp"
#include "shell/http/api_context.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <optional>
#include <string>

namespace botcore::shell::http {

class ResponseCache {
public:
    /// What the answer depends on, as text of any length.
    using Meaning = std::function<std::string()>;
    /// Makes the value; nothing once it has answered the call itself.
    using Make = std::function<std::optional<boost::json::value>(RequestContext&)>;
    /// Adds what must not be kept, such as ages, and answers.
    using Finish = std::function<void(RequestContext&, boost::json::value)>;

    struct Query {
        Meaning meaning;
        Make make;
        Finish finish;
    };

    ResponseCache(ports::Cache& cache, const cache::AccountChanges& changes)
        : cache_(cache),
          changes_(changes) {}

    /// Answers the call now or later; takes what it needs of it.
    void answer(RequestContext& call, Query query) const;

    /// Changes with every record that touches the account.
    [[nodiscard]] std::string stamp_of(const model::AccountId& account,
                                       const runtime::Runtime& runtime) const {
        return changes_.stamp(account, runtime.state().incarnation, runtime.head().sequence);
    }

private:
    ports::Cache& cache_;
    const cache::AccountChanges& changes_;
};

/// Answers from the cache of the API, or makes the answer where there is none.
void respond_cached(const ApiContext& context, RequestContext& call, ResponseCache::Query query);

/// What answers about an account depend on: its name and its last change.
[[nodiscard]] std::string account_meaning(const ApiContext& context,
                                          const model::AccountId& account);

}  // namespace botcore::shell::http
