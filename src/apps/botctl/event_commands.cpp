#include "apps/botctl/commands.hpp"
#include "apps/botctl/connection.hpp"
#include "apps/botctl/table.hpp"
#include "base/plain_numbers.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace botcore::botctl {

namespace beast = boost::beast;
namespace json = boost::json;

namespace {

/// One record may have many events, but together they are always smaller than this.
constexpr std::size_t kMessageMax = 16U << 20U;
constexpr std::chrono::seconds kConnectWithin(10);

json::array texts(const std::vector<std::string>& list) {
    json::array array;
    for (const auto& text : list)
        array.emplace_back(text);
    return array;
}

std::string subscription(const EventArguments& args) {
    json::object message;
    message["type"] = "subscribe";
    if (!args.channels.empty()) message["channels"] = texts(args.channels);
    if (!args.accounts.empty()) message["accounts"] = texts(args.accounts);
    if (!args.symbols.empty()) message["symbols"] = texts(args.symbols);
    if (args.since) message["since"] = *args.since;
    if (!args.timeline.empty()) message["timeline"] = args.timeline;
    return json::serialize(message);
}

/// Formats an event as one line for people: position, time, event, account and contents.
std::string for_people(const json::object& event) {
    std::string line = plain_text(event, "sequence") + "." + plain_text(event, "index");
    if (event.contains("sequence") && event.at("sequence").is_null()) line = "-";
    line += "  " + plain_text(event, "timestamp") + "  " + plain_text(event, "event");
    if (const std::string account = plain_text(event, "account"); !account.empty()) {
        line += "  " + account;
    }
    if (const auto* data = event.if_contains("data"))
        line += "  " + base::plain_numbers(json::serialize(*data));
    return line;
}

class EventSession {
public:
    EventSession(DaemonClient& client, const EventArguments& args, Connection& line)
        : client_(client),
          args_(args),
          line_(line),
          stream_(line) {}

    int run(const std::string& host, const std::string& token) {
        if (!upgrade(host, token)) return status_;
        Connection::Error error;
        (void)stream_.write(boost::asio::buffer(subscription(args_)), error);
        while (!error) {
            beast::flat_buffer buffer;
            (void)stream_.read(buffer, error);
            if (error) break;
            const auto bytes = buffer.cdata();
            if (!take({static_cast<const char*>(bytes.data()), bytes.size()})) return status_;
        }
        const auto& reason = stream_.reason();
        std::cerr << "botctl: the stream ended: "
                  << (reason.reason.empty() ? error.message() : printable(reason.reason.c_str()))
                  << "\n";
        return kExitUnavailable;
    }

private:
    bool upgrade(const std::string& host, const std::string& token) {
        stream_.read_message_max(kMessageMax);
        stream_.set_option(beast::websocket::stream_base::decorator([&token](auto& request) {
            request.set(beast::http::field::authorization, "Bearer " + token);
        }));
        beast::websocket::response_type response;
        Connection::Error error;
        stream_.handshake(response, host, "/ws", error);
        if (error) {
            std::cerr << "botctl: the daemon refused the stream: " << error.message() << "\n";
            status_ = response.result_int() == 401 ? kExitUnauthorized : kExitUnavailable;
            return false;
        }
        line_.wait_for_ever();
        return true;
    }

    /// False if the command should end.
    bool take(std::string_view text) {
        Connection::Error error;
        const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
        const json::object* message = error ? nullptr : value.if_object();
        if (message == nullptr) return true;
        const std::string type = plain_text(*message, "type");
        if (type == "event") {
            const bool json_wanted = client_.settings().output == Output::Json;
            std::cout << (json_wanted ? std::string(text) : for_people(*message)) << std::endl;
        } else if (type == "error" || type == "warning") {
            std::cerr << "botctl: " << plain_text(*message, "code") << ": "
                      << plain_text(*message, "message") << "\n";
            if (type == "error") {
                status_ = kExitNegative;
                return false;
            }
        }
        return args_.follow || type != "caught_up";
    }

    DaemonClient& client_;
    const EventArguments& args_;
    Connection& line_;
    beast::websocket::stream<Connection&> stream_;
    int status_ = kExitOk;
};

}  // namespace

int events(DaemonClient& client, EventArguments args) {
    const Settings& settings = client.settings();
    auto place = parse_url(settings.url);
    if (!place) {
        std::cerr << "botctl: expected http://host:port or https://host:port, but received '"
                  << settings.url << "'\n";
        return kExitUsage;
    }
    auto token = client.token();
    if (!token) {
        std::cerr << "botctl: " << token.error() << "\n";
        return kExitUnauthorized;
    }
    // Without a start position only future events can be shown, so there is no end.
    if (!args.since) args.follow = true;
    auto line = Connection::open(*place, settings.authorities, kConnectWithin);
    if (!line) {
        return client.unavailable("the daemon does not respond at " + settings.url + ": " +
                                  line.error().text);
    }
    return EventSession(client, args, *line.value()).run(place->host, token.value());
}

}  // namespace botcore::botctl
