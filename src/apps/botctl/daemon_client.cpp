#include "apps/botctl/daemon_client.hpp"

#include "apps/botctl/print.hpp"
#include "apps/botctl/table.hpp"
#include "base/plain_numbers.hpp"
#include "services/users/operator_token.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cstdlib>

namespace botcore::botctl {

namespace json = boost::json;
using Answer = base::Result<ClientResponse, ClientError>;

base::Result<std::string, std::string> DaemonClient::token() const {
    if (const char* own = std::getenv("BOTCTL_TOKEN")) return std::string(own);
    const auto token = users::OperatorToken::load(settings_.data);
    if (!token) return base::Failure{token.error().text};
    return std::string(token.value().secret().reveal());
}

std::optional<Answer> DaemonClient::reach(const ClientRequest& request) {
    const auto shown = token();
    HttpClient client(settings_.url,
                      shown ? std::string_view(shown.value()) : std::string_view(),
                      settings_.authorities);
    auto result = client.send(request);
    if (!result && result.error().failure == ClientFailure::NotReached) return std::nullopt;
    if (result && result.value().status == 401 && !shown) {
        std::cerr << "botctl: " << shown.error() << "\n";
    }
    return result;
}

std::optional<json::value> data_of(const ClientResponse& response) {
    json::error_code error;
    json::value body = json::parse(response.body, error);
    if (error || !body.is_object() || !body.get_object().contains("data")) return std::nullopt;
    return std::move(body.get_object().at("data"));
}

int wrong_usage(const std::string& text) {
    std::cerr << "botctl: " << text << "\n";
    return kExitUsage;
}

int status_of(ClientFailure failure) {
    switch (failure) {
        case ClientFailure::BadUrl:
            return kExitUsage;
        case ClientFailure::NotReached:
        case ClientFailure::NotTrusted:
            return kExitUnavailable;
        case ClientFailure::NoAnswer:
            break;
    }
    return kExitOutcomeOpen;
}

int DaemonClient::finish(const Answer& result,
                         const Printer& printer,
                         const ExitStatusOf& exit_status_of) {
    if (!result) {
        std::cerr << "botctl: " << result.error().text << "\n";
        return status_of(result.error().failure);
    }
    const ClientResponse& response = result.value();
    if (response.status >= 400) return finish_error(response);
    const auto data = data_of(response);
    if (!data) {
        std::cerr << "botctl: the response does not match the API: "
                  << printable(response.body.substr(0, 200)) << "\n";
        return kExitSoftware;
    }
    if (response.replayed) std::cerr << "botctl: this is the stored reply of the first request\n";
    (void)show(*data, printer);
    if (response.status != 202) return exit_status_of ? exit_status_of(*data) : kExitOk;
    std::cerr << "botctl: the outcome is not known yet; repeat the command with the same key\n";
    return kExitOutcomeOpen;
}

int DaemonClient::finish_error(const ClientResponse& response) {
    json::error_code parse_error;
    const json::value value = json::parse(response.body, parse_error);
    if (settings_.output == Output::Json) std::cout << response.body << "\n";
    std::string code;
    std::string message = printable(response.body.substr(0, 200));
    const auto* object = parse_error ? nullptr : value.if_object();
    const auto* error = object == nullptr ? nullptr : object->if_contains("error");
    if (error != nullptr && error->is_object()) {
        code = plain_text(error->get_object(), "code");
        message = plain_text(error->get_object(), "message");
    }
    std::cerr << "botctl: " << code << (code.empty() ? "" : ": ") << message << "\n";
    if (error != nullptr && error->is_object()) {
        const auto* details = error->get_object().if_contains("details");
        if (details != nullptr) print_failed_exits(std::cerr, *details);
    }
    if (response.status == 401) return kExitUnauthorized;
    const bool open =
        response.status == 504 || code == "OUTCOME_UNKNOWN" || code == "REQUEST_IN_PROGRESS";
    if (open) return kExitOutcomeOpen;
    // Other codes with status 503 reject only this request, such as those for a missing price and a
    // frozen account.
    for (const char* unavailable_code :
         {"SERVICE_UNAVAILABLE", "OVERLOADED", "NOT_THE_WRITER", "TOO_MANY_CONNECTIONS"}) {
        if (code == unavailable_code) return kExitUnavailable;
    }
    return response.status == 400 ? kExitUsage : kExitNegative;
}

int DaemonClient::read(const std::string& path, const Printer& printer) {
    const auto result = reach(get_request(path));
    if (!result) return unavailable("the daemon does not respond at " + settings_.url);
    return finish(*result, printer);
}

int DaemonClient::command(ClientRequest request,
                          const Printer& printer,
                          const ExitStatusOf& exit_status_of) {
    if (request.idempotency_key.empty()) {
        request.idempotency_key = new_key();
        std::cerr << "key: " << request.idempotency_key << "\n";
    }
    const auto result = reach(request);
    if (!result) {
        return unavailable("the daemon does not respond at " + settings_.url +
                           "; nothing was sent");
    }
    return finish(*result, printer, exit_status_of);
}

int DaemonClient::show(const json::value& data, const Printer& printer) {
    if (settings_.output == Output::Json) {
        std::cout << base::plain_numbers(json::serialize(data)) << "\n";
    } else {
        printer(std::cout, data);
    }
    return kExitOk;
}

int DaemonClient::unavailable(const std::string& text) {
    std::cerr << "botctl: " << text << "\n";
    return kExitUnavailable;
}

std::string new_key() {
    if (sodium_init() < 0) return {};
    std::array<std::uint8_t, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes[i]);
    }
    return text;
}

std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<std::uint8_t>(c));
        }
    }
    return out;
}

}  // namespace botcore::botctl
