#include "net/bearer_header.hpp"
#include "net/http_listener.hpp"
#include "net/upgrade.hpp"
#include "observability/redact.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>

namespace botcore::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::http::error;
using Error = boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

constexpr std::size_t kReadAtOnce = 8 * 1'024;
constexpr std::chrono::seconds kDrainWithin(10);
constexpr std::size_t kDrainMax = 64 << 20U;

/// Whether the connection has ended, so that no error response can be sent.
bool is_over(const Error& failed) {
    return failed &&
           (failed.category() != beast::http::make_error_code(error::end_of_stream).category() ||
            failed == error::end_of_stream || failed == error::partial_message);
}

/// If the buffer fills before the head is complete, the head is too large. After the head, the
/// framing of a chunked body is too large.
const ErrorResponse& refusal_of(const Error& failed, bool has_head) {
    if (failed == error::body_limit) return kTooLarge;
    if (failed == error::header_limit) return kHeadTooLarge;
    if (failed == error::buffer_overflow) return has_head ? kTooLarge : kHeadTooLarge;
    return kMalformed;
}

}  // namespace

HttpServer::Listener::Connection::Connection(std::shared_ptr<Listener> listener,
                                             ClientStream stream,
                                             std::string remote,
                                             ConnectionTable::Place& place)
    : listener_(std::move(listener)),
      stream_(std::move(stream)),
      remote_(std::move(remote)),
      place_(place),
      responded_(stream_.get_executor()),
      buffer_(listener_->options_.header_bytes_max + listener_->options_.body_bytes_max) {
    place_.cut = [this] { cut(); };
    listener_->connections_.insert(this);
}

HttpServer::Listener::Connection::~Connection() {
    listener_->table_.leave(place_);
    listener_->closed(this);
}

asio::awaitable<void> HttpServer::Listener::Connection::run(std::shared_ptr<Connection> self) {
    self->enter(Phase::Handshake, self->listener_->options_.tls_handshake_within);
    if (co_await self->stream_.shake_hands()) co_return;
    while (co_await self->serve_one()) {
    }
    if (self->taken_over_ || !self->stream_.is_open()) co_return;
    self->enter(Phase::Writing, self->listener_->options_.read_within);
    co_await self->stream_.shut_down_send();
    // Unread bytes would make the system reset the connection and destroy the response in transit.
    if (self->must_drain_) co_await self->stream_.drain(kDrainWithin, kDrainMax);
}

void HttpServer::Listener::Connection::cut() {
    if (!taken_over_) stream_.cut();
    responded_.cancel();
}

void HttpServer::Listener::Connection::enter(Phase phase, std::chrono::milliseconds limit) {
    phase_ = phase;
    place_.waits = phase != Phase::Responding;
    if (phase != Phase::Responding) stream_.expires_after(limit);
}

/// Waits for bytes between two requests, or before the first one.
asio::awaitable<Error> HttpServer::Listener::Connection::await_bytes(bool first) {
    const auto& options = listener_->options_;
    enter(Phase::Idle,
          first ? std::min(options.first_request_within, options.idle_max) : options.idle_max);
    if (listener_->stopping_) co_return error::end_of_stream;
    Error failed;
    const std::size_t got = co_await stream_.async_read_some(
        buffer_.prepare(kReadAtOnce), asio::redirect_error(asio::use_awaitable, failed));
    buffer_.commit(got);
    co_return failed;
}

/// Reads until the request is complete, or until `response_` is set to the error.
asio::awaitable<Error> HttpServer::Listener::Connection::read(Parser& parser,
                                                              HttpRequest& request) {
    Error failed;
    const bool first = serial_++ == 0;
    if (buffer_.size() == 0) failed = co_await await_bytes(first);
    if (failed) co_return failed;
    enter(Phase::Reading, listener_->options_.read_within);
    (void)co_await beast::http::async_read_header(
        stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return failed;
    note_head(parser, request);
    if (response_ || parser.is_done()) co_return failed;
    if (asks_to_continue(parser.get()) && buffer_.size() == 0) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        (void)co_await asio::async_write(
            stream_, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, failed));
        if (failed) co_return failed;
    }
    (void)co_await beast::http::async_read(
        stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, failed));
    co_return failed;
}

/// Reads everything that is needed from the head of the request, before the parser adds the
/// trailers to the headers.
void HttpServer::Listener::Connection::note_head(Parser& parser, HttpRequest& request) {
    const auto& message = parser.get();
    keep_alive_ = parser.keep_alive();
    auto target = split_target({message.target().data(), message.target().size()});
    request.method = std::string(message.method_string());
    request.target = target ? target->origin_form : std::string(message.target());
    take_head(message, {remote_, listener_->proxies_}, request);
    const std::string_view id = request.header("x-request-id");
    // An id that looks like a secret is neither echoed nor logged.
    if (is_valid_request_id(id) && observability::redact(id) == id) request_id_ = std::string(id);
    request.request_id = request_id_;
    if (const auto refused = check_head(message, target, listener_->hosts_)) {
        return refuse(*refused);
    }
    if (place_.is_known || !listener_->options_.knows_token) return;
    const auto token = bearer_of(request.header("authorization"));
    place_.is_known = token && listener_->options_.knows_token(*token);
}

/// Sets the error response to a request that cannot be read further.
void HttpServer::Listener::Connection::refuse(const ErrorResponse& refused) {
    keep_alive_ = false;
    must_drain_ = true;
    response_ = refusal(listener_->options_.render_error, refused, request_id_);
}

/// A provisional connection stays if the caller has a valid token, if it asks for health or
/// metrics, if it comes from this machine, or if there is room again.
bool HttpServer::Listener::Connection::may_stay(const HttpRequest& request) {
    if (!place_.provisional) return true;
    const bool is_own = !request.forwarded && is_loopback(request.remote);
    if (is_own || is_probe(request.target)) return true;
    place_.provisional = !place_.is_known && !listener_->table_.has_room();
    return !place_.provisional;
}

asio::awaitable<bool> HttpServer::Listener::Connection::serve_one() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(listener_->options_.header_bytes_max));
    parser.body_limit(listener_->options_.body_bytes_max);
    HttpRequest request;
    response_.reset();
    keep_alive_ = false;
    request_id_ = listener_->request_ids_.next();
    const Error failed = co_await read(parser, request);
    if (is_over(failed)) co_return false;
    const SteadyTime began = std::chrono::steady_clock::now();
    if (failed) {
        refuse(refusal_of(failed, parser.is_header_done()));
    } else if (!response_) {
        co_await respond_to(parser, request);
    }
    // Without a response, the connection was taken over, or it was cut while it waited.
    if (!response_) co_return false;
    const bool sent = co_await write(*response_, request.method == "HEAD");
    report_finished(request, began);
    co_return sent&& keep_alive_;
}

/// Sets `response_`, unless the connection ends or is taken over.
asio::awaitable<void> HttpServer::Listener::Connection::respond_to(Parser& parser,
                                                                   HttpRequest& request) {
    request.body = std::move(parser.get().body());
    Target target;
    if (!may_stay(request)) {
        keep_alive_ = false;
        response_ = refusal(listener_->options_.render_error, kTooMany, request_id_);
        co_return;
    }
    if (!parse_target(request.target, target)) {
        response_ = refusal(listener_->options_.render_error, kBadTarget, request_id_);
        co_return;
    }
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
    if (listener_->handler_ == nullptr || upgrade(parser, request)) co_return;
    enter(Phase::Responding, {});
    HttpRequest copy_for_log;
    copy_for_log.method = request.method;
    copy_for_log.target = request.target;
    copy_for_log.remote = request.remote;
    listener_->handler_->handle(std::move(request),
                                [weak = weak_from_this(), serial = serial_](HttpResponse response) {
                                    if (auto self = weak.lock())
                                        self->respond(serial, std::move(response));
                                });
    request = std::move(copy_for_log);
    co_await await_response();
}

asio::awaitable<void> HttpServer::Listener::Connection::await_response() {
    responded_.expires_after(listener_->options_.respond_within);
    while (!response_ && stream_.is_open()) {
        Error ended;
        co_await responded_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        if (!ended)
            respond(serial_,
                    refusal(listener_->options_.render_error, kTooLate, request_id_));  // H3
    }
}

/// Returns true if the request was for the upgrade handler. Then either the handler has taken over
/// the stream, or `response_` is the error response.
bool HttpServer::Listener::Connection::upgrade(Parser& parser, HttpRequest& request) {
    UpgradeHandler* const upgrades = listener_->upgrades_;
    if (upgrades == nullptr || !upgrades->claims(request)) return false;
    // The client must not send anything before it gets the response. In a chunked request, the
    // headers of the upgrade may come from trailers.
    if (buffer_.size() > 0 || !request.body.empty() || parser.chunked()) {
        refuse(kMalformed);
    } else if (auto refused = upgrades->refuse(request, parser.get())) {
        response_ = *std::move(refused);
    } else {
        taken_over_ = true;
        stream_.expires_never();
        upgrades->take({std::move(stream_), parser.release(), std::move(request)});
    }
    return true;
}

void HttpServer::Listener::Connection::respond(std::uint64_t serial, HttpResponse response) {
    if (serial != serial_ || response_) return;  // H1
    response_ = std::move(response);
    responded_.cancel();
}

asio::awaitable<bool> HttpServer::Listener::Connection::write(HttpResponse& response, bool head) {
    enter(Phase::Writing, listener_->options_.read_within);
    keep_alive_ = keep_alive_ && !listener_->stopping_ && !listener_->keep_alive_disabled_;
    const BeastResponse message = to_message(response,
                                             {.request_id = request_id_,
                                              .date = listener_->date_.text(),
                                              .keep_alive = keep_alive_,
                                              .secure = stream_.is_secure()});
    beast::http::response_serializer<beast::http::string_body> serializer(message);
    Error failed;
    if (head) {
        (void)co_await beast::http::async_write_header(
            stream_, serializer, asio::redirect_error(asio::use_awaitable, failed));
    } else {
        (void)co_await beast::http::async_write(
            stream_, serializer, asio::redirect_error(asio::use_awaitable, failed));
    }
    co_return !failed;
}

void HttpServer::Listener::Connection::report_finished(const HttpRequest& request,
                                                       SteadyTime began) {
    if (listener_->handler_ == nullptr) return;
    listener_->handler_->on_finished({request.method,
                                      request.target,
                                      request.remote.empty() ? remote_ : request.remote,
                                      request_id_,
                                      response_->error_code,
                                      response_->caller,
                                      response_->status,
                                      std::chrono::steady_clock::now() - began});
}

}  // namespace botcore::net
