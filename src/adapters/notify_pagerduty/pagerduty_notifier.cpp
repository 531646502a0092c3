#include "adapters/notify_pagerduty/pagerduty_notifier.hpp"

#include "adapters/notify_pagerduty/pagerduty_event.hpp"

#include <utility>

namespace botcore::notify_pagerduty {

namespace {

using Result = ports::Delivery::Result;

ports::Delivery delivery_of(const host::PostEnd& end) {
    if (end.status == 202) return {};
    const bool refused = end.status >= 400 && end.status < 500 && end.status != 429;
    if (refused) return {.result = Result::Refused, .error = end.text};
    return {.result = Result::Failed, .error = end.text, .retry_after = end.retry_after};
}

}  // namespace

PagerDutyNotifier::PagerDutyNotifier(Options options, net::HttpTransport& transport)
    : routing_key_(std::move(options.routing_key)),
      source_(std::move(options.source)),
      poster_(std::move(options.url), transport, options.limit) {
}

void PagerDutyNotifier::send(const ports::Notice& notice, Done done) {
    const auto on_end = [done = std::move(done)](const host::PostEnd& end) {
        if (done) done(delivery_of(end));
    };
    poster_.post(pagerduty_event(notice, routing_key_, source_), {}, on_end);
}

}  // namespace botcore::notify_pagerduty
