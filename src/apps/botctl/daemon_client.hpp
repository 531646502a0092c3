#pragma once

/// What all commands share: the daemon's address, sending requests, printing responses and errors,
/// and the exit status of each.

#include "apps/botctl/http_client.hpp"
#include "apps/botctl/offline.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::botctl {

/// The exit statuses of every command. Scripts depend on them: never renumber.
inline constexpr int kExitOk = 0;
inline constexpr int kExitNegative = 1;  ///< A negative result: rejected, unhealthy, damaged.
inline constexpr int kExitUsage = 64;
inline constexpr int kExitUnavailable = 69;  ///< Neither the daemon nor the files are accessible.
inline constexpr int kExitSoftware = 70;     ///< An invalid response.
inline constexpr int kExitOutcomeOpen =
    75;  ///< Outcome unknown or pending: repeat with the same key.
inline constexpr int kExitUnauthorized = 77;

enum class Output : std::uint8_t { People, Json };

struct Settings {
    std::string url = "http://127.0.0.1:8080";
    std::string data = "./var";
    std::string authorities{};  ///< A PEM file of CA certificates; empty: the system's ones.
    Output output = Output::People;
};

/// Prints the `data` of a response for people.
using Printer = std::function<void(std::ostream&, const boost::json::value&)>;
/// Computes the exit status from the `data` of a successful response.
using ExitStatusOf = std::function<int(const boost::json::value&)>;

class DaemonClient {
public:
    explicit DaemonClient(Settings settings) : settings_(std::move(settings)) {}

    /// The token in the environment variable BOTCTL_TOKEN or, if it is not set, the operator's
    /// token. The error says why there is none.
    [[nodiscard]] base::Result<std::string, std::string> token() const;

    /// Sends a request with `token`. Nothing if the daemon cannot be reached at all: then the
    /// caller may read the files instead.
    [[nodiscard]] std::optional<base::Result<ClientResponse, ClientError>> reach(
        const ClientRequest& request);

    /// Prints the response and returns the exit status for it.
    int finish(const base::Result<ClientResponse, ClientError>& result,
               const Printer& printer,
               const ExitStatusOf& exit_status_of = {});

    /// Sends a read that only the daemon can serve, and prints the response.
    int read(const std::string& path, const Printer& printer);

    /// Sends a command whose outcome must be known. If the request has no idempotency key, one is
    /// generated and printed, so that the command can be repeated safely.
    int command(ClientRequest request,
                const Printer& printer,
                const ExitStatusOf& exit_status_of = {});

    /// Prints data that was read from the files.
    int show(const boost::json::value& data, const Printer& printer);

    [[nodiscard]] int unavailable(const std::string& text);

    [[nodiscard]] const Settings& settings() const { return settings_; }

private:
    int finish_error(const ClientResponse& response);

    Settings settings_;
};

/// The `data` of a response; nothing if the body does not have the API's form.
[[nodiscard]] std::optional<boost::json::value> data_of(const ClientResponse& response);

/// Prints what is wrong with the command line and returns the exit status for it.
int wrong_usage(const std::string& text);

/// The exit status of a request without a response.
[[nodiscard]] int status_of(ClientFailure failure);

/// A new random UUID, version 4.
[[nodiscard]] std::string new_key();

/// The text with everything but letters, digits, '-', '_', '.' percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);

}  // namespace botcore::botctl
