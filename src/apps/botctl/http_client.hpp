#pragma once

/// Sends one blocking request at a time to the daemon's API.

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
    std::string timeline{};       ///< The timeline of `if_match`; empty for none.
    std::string accept{};         ///< The wanted media type; empty: the usual one.
};

/// A read of `path`, which may have a query.
[[nodiscard]] ClientRequest get_request(std::string path);

struct ClientResponse {
    int status = 0;
    bool replayed = false;
    std::string body;
};

/// Why there is no response.
enum class ClientFailure : std::uint8_t {
    BadUrl,
    NotReached,  ///< No connection: nothing was sent.
    NotTrusted,  ///< The daemon's certificate is not valid, or the CA file cannot be read: nothing
                 ///< was sent.
    NoAnswer,    ///< Something may have been sent; its outcome is not known.
};

struct ClientError {
    ClientFailure failure = ClientFailure::NotReached;
    std::string text;
};

enum class Wire : std::uint8_t { Plain, Tls };

/// Parses "http://host:port" or "https://host:port"; nothing for any other text.
struct ServerAddress {
    Wire wire = Wire::Plain;
    std::string host;
    std::string port;
};

[[nodiscard]] std::optional<ServerAddress> parse_url(std::string_view url);

class HttpClient {
public:
    /// The token is sent with every request; it may be empty. `authorities` is a PEM file of CA
    /// certificates; if it is empty, the system's certificates are used.
    HttpClient(std::string url, std::string_view token, std::string authorities = {});

    [[nodiscard]] base::Result<ClientResponse, ClientError> send(const ClientRequest& request);

private:
    std::string url_;
    std::string authorization_;
    std::string authorities_;
    std::chrono::seconds patience_{35};
};

}  // namespace botcore::botctl
