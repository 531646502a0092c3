#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"
#include "shell/outbound/tls_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <type_traits>

namespace botcore::botctl {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
using Error = boost::system::error_code;

namespace {

/// The events of an order's record may be many; they are never this large together.
constexpr std::size_t kMessageMax = 16U << 20U;
constexpr std::chrono::seconds kConnectWithin(10);

json::array texts(const std::vector<std::string>& list) {
    json::array array;
    for (const auto& text : list)
        array.emplace_back(text);
    return array;
}

std::string subscription(const EventWish& wish) {
    json::object message;
    message["type"] = "subscribe";
    if (!wish.channels.empty()) message["channels"] = texts(wish.channels);
    if (!wish.accounts.empty()) message["accounts"] = texts(wish.accounts);
    if (!wish.symbols.empty()) message["symbols"] = texts(wish.symbols);
    if (wish.since) message["since"] = *wish.since;
    return json::serialize(message);
}

/// One line for people: place, time, event, account and what it says.
std::string for_people(const json::object& event) {
    std::string line = plain_text(event, "sequence") + "." + plain_text(event, "index");
    if (event.contains("sequence") && event.at("sequence").is_null()) line = "-";
    line += "  " + plain_text(event, "timestamp") + "  " + plain_text(event, "event");
    if (const std::string account = plain_text(event, "account"); !account.empty()) {
        line += "  " + account;
    }
    if (const auto* data = event.if_contains("data")) line += "  " + json::serialize(*data);
    return line;
}

/// `Stream` is what the WebSocket speaks over: a TCP stream, or TLS on one.
template <class Stream>
class Listening {
public:
    struct What {
        Session& session;
        const EventWish& wish;
        Place place;
        std::string token;
    };

    /// `more` goes to the stream.
    template <class... More>
    explicit Listening(What what, More&... more)
        : session_(what.session),
          wish_(what.wish),
          place_(std::move(what.place)),
          token_(std::move(what.token)),
          stream_(context_, more...) {}

    int run() {
        asio::co_spawn(context_, listen(), asio::detached);
        context_.run();
        return status_;
    }

private:
    asio::awaitable<void> listen() {
        Error error;
        const auto token = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
        if (!co_await connect()) co_return;
        const std::string wanted = subscription(wish_);
        co_await stream_.async_write(asio::buffer(wanted), token());
        while (!error) {
            beast::flat_buffer buffer;
            co_await stream_.async_read(buffer, token());
            if (error) break;
            const auto bytes = buffer.cdata();
            if (!take({static_cast<const char*>(bytes.data()), bytes.size()})) co_return;
        }
        const auto& reason = stream_.reason();
        std::cerr << "botctl: the stream ended: "
                  << (reason.reason.empty() ? error.message() : std::string(reason.reason.c_str()))
                  << "\n";
        status_ = kExitUnavailable;
    }

    asio::awaitable<bool> connect() {
        Error error;
        const auto token = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
        asio::ip::tcp::resolver resolver(context_);
        const auto places = co_await resolver.async_resolve(place_.host, place_.port, token());
        auto& socket = beast::get_lowest_layer(stream_);
        socket.expires_after(kConnectWithin);
        if (!error) co_await socket.async_connect(places, token());
        if (error) {
            status_ = session_.unavailable("the daemon does not answer at " +
                                           session_.settings().url + ": " + error.message());
            co_return false;
        }
        if constexpr (kIsTls) {
            shell::outbound::expect_host(stream_.next_layer().native_handle(), place_.host);
            co_await stream_.next_layer().async_handshake(asio::ssl::stream_base::client, token());
            if (error) {
                status_ =
                    session_.unavailable("no TLS with " + place_.host + ": " + error.message());
                co_return false;
            }
        }
        stream_.read_message_max(kMessageMax);
        stream_.set_option(beast::websocket::stream_base::decorator([this](auto& request) {
            request.set(beast::http::field::authorization, "Bearer " + token_);
        }));
        beast::websocket::response_type response;
        co_await stream_.async_handshake(response, place_.host, "/ws", token());
        if (error) {
            std::cerr << "botctl: the stream was refused: " << error.message() << "\n";
            status_ = response.result_int() == 401 ? kExitUnauthorized : kExitUnavailable;
            co_return false;
        }
        socket.expires_never();
        co_return true;
    }

    /// False when enough was heard.
    bool take(std::string_view text) {
        Error error;
        const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
        const json::object* message = error ? nullptr : value.if_object();
        if (message == nullptr) return true;
        const std::string type = plain_text(*message, "type");
        if (type == "event") {
            const bool json_wanted = session_.settings().output == Output::Json;
            std::cout << (json_wanted ? std::string(text) : for_people(*message)) << std::endl;
        } else if (type == "error" || type == "warning") {
            std::cerr << "botctl: " << plain_text(*message, "code") << ": "
                      << plain_text(*message, "message") << "\n";
            if (type == "error") {
                status_ = kExitNegative;
                return false;
            }
        }
        return wish_.follow || type != "caught_up";
    }

    static constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

    Session& session_;
    const EventWish& wish_;
    Place place_;
    std::string token_;
    asio::io_context context_;
    beast::websocket::stream<Stream> stream_;
    int status_ = kExitOk;
};

}  // namespace

int events(Session& session, EventWish wish) {
    const Settings& settings = session.settings();
    auto place = parse_url(settings.url);
    if (!place) {
        std::cerr << "botctl: expected http://host:port or https://host:port, came '"
                  << settings.url << "'\n";
        return kExitUsage;
    }
    auto token = session.token();
    if (!token) {
        std::cerr << "botctl: " << token.error() << "\n";
        return kExitUnauthorized;
    }
    // Without a place, only what comes can be told: then there is nothing to end with.
    if (!wish.since) wish.follow = true;
    const Wire wire = place->wire;
    const auto listen = [&]<class Stream>(std::type_identity<Stream> /*kind*/, auto&... more) {
        using Listener = Listening<Stream>;
        return Listener(
                   typename Listener::What{
                       session, wish, *std::move(place), std::move(token).value()},
                   more...)
            .run();
    };
    if (wire == Wire::Plain) return listen(std::type_identity<beast::tcp_stream>());
    auto tls = shell::outbound::make_tls(settings.authorities);
    if (!tls) return session.unavailable(tls.error());
    return listen(std::type_identity<beast::ssl_stream<beast::tcp_stream>>(), *tls.value());
}

}  // namespace botcore::botctl
