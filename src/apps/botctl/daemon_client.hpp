#pragma once

/// What all commands share: where the daemon is, how to ask it, how to say what came back, and
/// which exit status that is.

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

/// The exit statuses of every command. Written in scripts: never renumber.
inline constexpr int kExitOk = 0;
inline constexpr int kExitNegative = 1;  ///< A clear no: refused, unhealthy, damaged.
inline constexpr int kExitUsage = 64;
inline constexpr int kExitUnavailable = 69;  ///< Neither the daemon nor the files could be asked.
inline constexpr int kExitSoftware = 70;     ///< An answer that makes no sense.
inline constexpr int kExitOutcomeOpen =
    75;  ///< Not known or not over yet: ask again with the same key.
inline constexpr int kExitUnauthorized = 77;

enum class Output : std::uint8_t { People, Json };

struct Settings {
    std::string url = "http://127.0.0.1:8080";
    std::string data = "./var";
    std::string authorities{};  ///< A file of certificates in PEM; empty: the system's.
    Output output = Output::People;
};

/// Prints the `data` of an answer for people.
using Printer = std::function<void(std::ostream&, const boost::json::value&)>;
/// The exit status for the `data` of a good answer.
using ExitStatusOf = std::function<int(const boost::json::value&)>;

class DaemonClient {
public:
    explicit DaemonClient(Settings settings) : settings_(std::move(settings)) {}

    /// That of the variable BOTCTL_TOKEN or else the operator's; the text says why there is none.
    [[nodiscard]] base::Result<std::string, std::string> token() const;

    /// Asks the daemon with `token`. Nothing, when it cannot be reached at all: then the files may
    /// be asked.
    [[nodiscard]] std::optional<base::Result<ClientResponse, ClientError>> reach(
        const ClientRequest& request);

    /// Prints the answer and gives the exit status for it.
    int finish(const base::Result<ClientResponse, ClientError>& result,
               const Printer& printer,
               const ExitStatusOf& exit_status_of = {});

    /// A read that only the daemon can answer.
    int read(const std::string& path, const Printer& printer);

    /// A command of which the daemon must know the outcome. Makes a key where none is given and
    /// shows it, so that the command can be repeated safely.
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

/// The exit status of a request without a response.
[[nodiscard]] int status_of(ClientFailure failure);

/// A fresh random UUID, version 4.
[[nodiscard]] std::string new_key();

/// The text with everything but letters, digits, '-', '_', '.' percent-encoded.
[[nodiscard]] std::string encoded(std::string_view text);

}  // namespace botcore::botctl
