#pragma once

/// Holds calls while the store is unavailable or a commit is in progress, since the state in memory
/// may be lost until its result is known. A slow disk delays calls, a failed disk makes them fail.
///
/// W1  A call that does not need the store (a probe, alerts, incidents) never waits.
/// W2  A call waits at most `wait_max`. Then it gets 503 STORE_BUSY, and nothing was done. A call
///     that finds the queue full gets the same response at once.
/// W3  Calls are served in the order of arrival.
///
/// Threads: the thread of the loop.

#include "host/request_context.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace boost::asio {
class io_context;
}

namespace botcore::api {

struct DeferredCallsOptions {
    std::size_t calls_max = 1'024;
    std::chrono::milliseconds wait_max{2'000};
    std::chrono::milliseconds check_every{5};
};

class DeferredCalls {
public:
    using Serve = std::function<void(host::RequestContext& call)>;

    /// The context outlives this object.
    DeferredCalls(boost::asio::io_context& context,
                  DeferredCallsOptions options,
                  std::function<bool()> store_is_away)
        : options_(options),
          store_is_away_(std::move(store_is_away)),
          timer_(context) {}

    DeferredCalls(const DeferredCalls&) = delete;
    DeferredCalls& operator=(const DeferredCalls&) = delete;
    ~DeferredCalls() = default;

    /// Returns true when this object has taken the call: then the call is passed to `serve` when
    /// the store is available again, or it gets an error response (W2).
    [[nodiscard]] bool take(host::RequestContext& call, Serve serve);

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

private:
    struct Waiting {
        host::RequestContext call;
        Serve serve;
        std::chrono::steady_clock::time_point until;
    };

    void check_later();
    void check();

    DeferredCallsOptions options_;
    std::function<bool()> store_is_away_;
    boost::asio::steady_timer timer_;
    std::deque<Waiting> waiting_;
};

}  // namespace botcore::api
