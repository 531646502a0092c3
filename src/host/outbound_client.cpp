#include "host/outbound_client.hpp"

#include "base/check.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace botcore::host {

namespace asio = boost::asio;
using resilience::AttemptEnd;
using resilience::BreakerState;
using resilience::CallOver;
using resilience::GiveUp;

/// One endpoint with its policies.
struct OutboundClient::Endpoint {
    Endpoint(const ServiceRules& service, const EndpointRules& rules, resilience::Bulkhead& places)
        : endpoint(rules.name),
          name(service.name + "." + rules.name),
          breaker(rules.breaker),
          pipeline(service.pipeline, {places, throttle, budget, breaker}) {}

    std::string endpoint;
    std::string name;
    resilience::AdaptiveThrottle throttle;
    resilience::RetryBudget budget;
    resilience::Breaker breaker;
    resilience::Pipeline pipeline;
};

struct OutboundClient::Call {
    Call(Endpoint& its_line, asio::io_context& context) : line(its_line), timer(context) {}

    Endpoint& line;
    net::OutboundHttpRequest http_request;
    Done done;
    resilience::PipelineCall state;
    asio::steady_timer timer;
    std::shared_ptr<net::HttpAttempt> attempt;
    net::OutboundHttpResponse last;
};

OutboundClient::OutboundClient(ServiceRules rules, Parts parts, OutboundCounts counts)
    : rules_(std::move(rules)),
      parts_(parts),
      counts_(std::move(counts)),
      wall_at_start_(base::Timestamp::from_microseconds(
          std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count())),
      steady_at_start_(std::chrono::steady_clock::now()),
      places_(rules_.places),
      alive_(std::make_shared<int>()) {
    for (const EndpointRules& endpoint : rules_.endpoints) {
        auto& line =
            *endpoints_.emplace_back(std::make_unique<Endpoint>(rules_, endpoint, places_));
        if (const auto memory = parts_.breakers.find(line.name)) {
            line.breaker.restore(*memory, now());
        } else if (endpoint.begins_as != BreakerState::Closed) {
            line.breaker.force(endpoint.begins_as, now());
            (void)line.breaker.take_transition();
        }
    }
}

OutboundClient::~OutboundClient() {
    for (const auto& [ticket, call] : calls_) {
        if (call->attempt) call->attempt->cancel();
    }
}

/// The wall-clock time at the start plus the steady time that has passed since, so that a change of
/// the system clock affects no wait.
base::Timestamp OutboundClient::now() const {
    const auto passed = std::chrono::steady_clock::now() - steady_at_start_;
    return wall_at_start_ +
           base::Duration::microseconds(
               std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

OutboundClient::Endpoint& OutboundClient::endpoint_of(std::string_view endpoint) {
    const auto place = std::ranges::find_if(endpoints_, [&](const std::unique_ptr<Endpoint>& line) {
        return line->endpoint == endpoint;
    });
    CHECK(place != endpoints_.end());
    return **place;
}

void OutboundClient::call(const OutboundRequest& request, Done done) {
    const base::Timestamp at = now();
    if (at < blocked_until_) {
        finish_later(std::move(done),
                     {.kind = OutboundKind::Throttled,
                      .retry_at = blocked_until_,
                      .detail = "the service named a later time for the next request"});
        return;
    }
    const auto call = std::make_shared<Call>(endpoint_of(request.endpoint), parts_.context);
    call->http_request = request.http_request;
    call->done = std::move(done);
    call->state.lane = request.lane;
    call->state.repeat = request.repeat;
    call->state.ticket = ++last_ticket_;
    call->state.deadline = resilience::Deadline::after(at, request.limit);
    calls_.emplace(call->state.ticket, call);
    follow(*call, call->line.pipeline.begin(call->state, at, parts_.random));
}

void OutboundClient::follow(Call& call, const Step& step) {
    note_transition(call.line);
    if (const auto* attempt = std::get_if<resilience::MakeAttempt>(&step)) {
        make_attempt(call, attempt->deadline);
    } else if (const auto* retry = std::get_if<resilience::RetryAt>(&step)) {
        retry_later(call, *retry);
    } else if (const auto* over = std::get_if<CallOver>(&step)) {
        end(call, *over);
    } else {
        wait(call, call.state.deadline.at(), &OutboundClient::no_slot);
    }
}

void OutboundClient::make_attempt(Call& call, resilience::Deadline deadline) {
    call.timer.cancel();
    const std::chrono::microseconds limit(deadline.remaining(now()).in_microseconds());
    // Capturing `call` by reference is safe: the client cancels its attempts in its destructor, and
    // a call exists until its attempt has ended.
    call.attempt = parts_.transport.start(
        rules_.url, call.http_request, limit, [this, &call](net::OutboundHttpResponse response) {
            on_attempt(call, std::move(response));
        });
}

void OutboundClient::on_attempt(Call& call, net::OutboundHttpResponse response) {
    call.attempt.reset();
    const auto meaning = resilience::meaning_of(response.result).retry;
    const bool good = meaning == resilience::RetryClass::Success;
    if (resilience::is_throttling(meaning) && response.result.retry_after) {
        blocked_until_ = std::max(blocked_until_, now() + *response.result.retry_after);
    }
    if (call.state.attempts > 1 && counts_.retried) {
        counts_.retried(call.line.name, good ? "success" : "failure");
    }
    if (resilience::is_timeout(response.result.end) && counts_.timed_out) {
        counts_.timed_out(call.line.name);
    }
    call.last = std::move(response);
    follow(call, call.line.pipeline.finished(call.state, call.last.result, now(), parts_.random));
    fill_slots();
}

void OutboundClient::retry_later(Call& call, const resilience::RetryAt& retry) {
    const bool answered = call.last.result.end == AttemptEnd::Answered;
    const std::string cause =
        answered ? "status " + std::to_string(call.last.result.status)
                 : std::string(to_text(call.last.result.end)) + ": " + call.last.detail;
    parts_.log.event(observability::LogEvent::Retry,
                     "retry of an outbound call",
                     {{"operation", call.line.name},
                      {"attempt", std::int64_t{retry.attempt}},
                      {"delay_ms", retry.delay.in_milliseconds()},
                      {"cause", cause},
                      {"request_id", call.http_request.request_id}});
    wait(call, retry.time, &OutboundClient::retry_now);
}

void OutboundClient::wait(Call& call, base::Timestamp until, void (OutboundClient::*then)(Call&)) {
    const std::int64_t left = std::max<std::int64_t>(0, (until - now()).in_microseconds());
    call.timer.expires_after(std::chrono::microseconds(left));
    call.timer.async_wait(
        [this,
         then,
         ticket = call.state.ticket,
         phase = call.state.phase,
         alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
            if (error || alive.expired()) return;
            // A timer may have fired just before it was canceled; then its call has ended or is in
            // another phase.
            const auto place = calls_.find(ticket);
            if (place == calls_.end() || place->second->state.phase != phase) return;
            (this->*then)(*place->second);
        });
}

void OutboundClient::retry_now(Call& call) {
    follow(call, call.line.pipeline.begin(call.state, now(), parts_.random));
}

void OutboundClient::no_slot(Call& call) {
    follow(call, call.line.pipeline.expired(call.state));
}

void OutboundClient::fill_slots() {
    while (const auto ticket = places_.next()) {
        const auto place = calls_.find(*ticket);
        CHECK(place != calls_.end());
        Call& call = *place->second;
        follow(call, call.line.pipeline.started(call.state, now(), parts_.random));
    }
}

namespace {

/// Maps the end of the last attempt to the result for the caller.
OutboundKind kind_of(const resilience::AttemptResult& last) {
    if (resilience::is_not_sent(last.end)) return OutboundKind::NotSent;
    if (last.end == AttemptEnd::TimedOut) return OutboundKind::TimedOut;
    if (last.end != AttemptEnd::Answered) return OutboundKind::Broken;
    if (resilience::is_throttling(resilience::meaning_of(last).retry)) {
        return OutboundKind::Throttled;
    }
    return last.status >= 500 ? OutboundKind::ServerError : OutboundKind::Answered;
}

}  // namespace

void OutboundClient::end(Call& call, const CallOver& over) {
    OutboundResult result;
    result.attempts = call.state.attempts;
    if (result.attempts > 0) {
        result.status = call.last.result.status;
        result.detail = call.last.detail;
        result.kind = kind_of(call.last.result);
        result.last_end = call.last.result.end;
    }
    switch (over.kind) {
        case CallOver::Kind::Succeeded:
            result.body = std::move(call.last.body);
            break;
        case CallOver::Kind::Failed:
            result.gave_up = over.gave_up.why;
            result.retry_at = over.gave_up.until;
            result.body = std::move(call.last.body);
            break;
        case CallOver::Kind::DeadlinePassed:
        case CallOver::Kind::Overloaded:
            if (result.attempts == 0) result.kind = OutboundKind::Overloaded;
            break;
        case CallOver::Kind::Throttled:
            result.kind = OutboundKind::Throttled;
            break;
        case CallOver::Kind::BreakerOpen:
            result.kind = OutboundKind::BreakerOpen;
            result.retry_at = now() + call.line.breaker.wait_left(now());
            break;
        case CallOver::Kind::Canceled:
            CHECK(false);  // The client never cancels a single call.
    }
    Done done = std::move(call.done);
    const std::shared_ptr<Call> keep_alive = calls_.at(call.state.ticket);
    calls_.erase(call.state.ticket);
    finish_later(std::move(done), std::move(result));
}

void OutboundClient::finish_later(Done done, OutboundResult result) {
    asio::post(parts_.context,
               [done = std::move(done),
                result = std::move(result),
                alive = std::weak_ptr<int>(alive_)]() mutable {
                   if (!alive.expired()) done(std::move(result));
               });
}

bool OutboundClient::force(std::string_view breaker, BreakerState state) {
    if (state == BreakerState::Open || state == BreakerState::HalfOpen) return false;
    for (const auto& line : endpoints_) {
        if (line->name != breaker) continue;
        line->breaker.force(state, now());
        note_transition(*line);
        return true;
    }
    return false;
}

void OutboundClient::note_transition(Endpoint& line) {
    const auto transition = line.breaker.take_transition();
    if (!transition) return;
    const bool worse = transition->to == BreakerState::Open;
    parts_.log.write(worse ? observability::Level::Warn : observability::Level::Info,
                     "a circuit breaker changed its state",
                     {{"breaker", line.name},
                      {"from", to_text(transition->from)},
                      {"to", to_text(transition->to)},
                      {"cause", to_text(transition->cause)}});
    if (counts_.breaker_transition) counts_.breaker_transition(line.name, *transition);
    parts_.breakers.store(line.name, line.breaker.memory());
}

std::vector<OutboundClient::BreakerView> OutboundClient::breakers() const {
    std::vector<BreakerView> views;
    views.reserve(endpoints_.size());
    for (const auto& line : endpoints_)
        views.push_back({line->name, line->breaker.state()});
    return views;
}

std::string_view to_text(OutboundKind kind) {
    switch (kind) {
        case OutboundKind::Answered:
            return "answered";
        case OutboundKind::ServerError:
            return "server_error";
        case OutboundKind::NotSent:
            return "not_sent";
        case OutboundKind::TimedOut:
            return "timed_out";
        case OutboundKind::Broken:
            return "broken";
        case OutboundKind::Throttled:
            return "throttled";
        case OutboundKind::BreakerOpen:
            return "breaker_open";
        case OutboundKind::Overloaded:
            return "overloaded";
    }
    return "";
}

}  // namespace botcore::host
