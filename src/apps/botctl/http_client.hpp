#pragma once

/// One blocking request at a time to the daemon's API.

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::botctl {

struct ClientRequest {
    std::string_view method = "GET";
    std::string path;
    std::string body;
    std::string idempotency_key;  ///< Empty for reads.
    std::string if_match;         ///< Empty for none.
};

struct ClientResponse {
    int status = 0;
    bool replayed = false;
    std::string body;
};

/// Why there is no response.
enum class ClientFailure : std::uint8_t {
    BadUrl,
    NotReached,  ///< No connection: nothing was sent.
    NoAnswer,    ///< Something may have been sent; what became of it is not known.
};

struct ClientError {
    ClientFailure failure = ClientFailure::NotReached;
    std::string text;
};

/// What "http://host:port" means; nothing for any other text.
struct Place {
    std::string host;
    std::string port;
};

[[nodiscard]] std::optional<Place> parse_url(std::string_view url);

class HttpClient {
public:
    /// `url` is "http://host:port". The token is shown with every request; it may be empty.
    HttpClient(std::string url, std::string_view token);

    [[nodiscard]] base::Result<ClientResponse, ClientError> send(const ClientRequest& request);

private:
    std::string url_;
    std::string authorization_;
    std::chrono::seconds patience_{35};
};

}  // namespace botcore::botctl
