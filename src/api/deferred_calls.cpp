#include "api/deferred_calls.hpp"

#include "host/route_table.hpp"

#include <boost/asio/io_context.hpp>

namespace botcore::api {

namespace {

void refuse(host::RequestContext& call) {
    call.fail(503,
              "STORE_BUSY",
              "the disk does not respond, nothing was done; repeat the request shortly with the "
              "same key");
}

}  // namespace

bool DeferredCalls::take(host::RequestContext& call, Serve serve) {
    const bool is_probe = call.row->purpose == host::Purpose::Probe;
    if (is_probe || call.row->without_store) return false;  // W1
    // A call that arrives while others wait queues behind them (W3).
    if (waiting_.empty() && !store_is_away_()) return false;
    if (waiting_.size() >= options_.calls_max) {
        refuse(call);  // W2
        return true;
    }
    waiting_.push_back({.call = std::move(call),
                        .serve = std::move(serve),
                        .until = std::chrono::steady_clock::now() + options_.wait_max});
    if (waiting_.size() == 1) check_later();
    return true;
}

void DeferredCalls::check_later() {
    timer_.expires_after(options_.check_every);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) check();
    });
}

void DeferredCalls::check() {
    const bool away = store_is_away_();
    const auto now = std::chrono::steady_clock::now();
    // Serving a call may add another, so each is removed from the queue first.
    for (std::size_t left = waiting_.size(); left > 0; --left) {
        if (away && waiting_.front().until > now) break;
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        if (away) {
            refuse(next.call);  // W2
        } else {
            next.serve(next.call);
        }
    }
    if (!waiting_.empty()) check_later();
}

}  // namespace botcore::api
