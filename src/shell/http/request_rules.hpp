#pragma once

/// The rules that the head of a request must fulfil before its body is read (RFC 9112).
///
/// Q1  No other program can see the end of a message elsewhere than we do: of the transfer codings
///     only a single "chunked" is accepted; everything else is refused and the connection is
///     closed.
/// Q2  There is exactly one Host. An IP address, a name of this machine and the names in
///     `http.hosts` are accepted; other names, which an attacker may have pointed at this machine,
///     are refused. Health and metrics are exempt: their clients often know an address only.

#include "base/result.hpp"
#include "shell/http/http_wire.hpp"
#include "shell/http/server_errors.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace botcore::shell::http {

class HostNames {
public:
    /// Parses a list such as "botcore.example.org, botcore"; the error text says what is wrong with
    /// it.
    [[nodiscard]] static base::Result<HostNames, std::string> parse(std::string_view list);

    /// `host` as in a Host header: with or without a port, in upper or lower case.
    [[nodiscard]] bool accepts(std::string_view host) const;

private:
    std::set<std::string, std::less<>> names_;
};

/// A request target in its two usual forms.
struct TargetForm {
    std::optional<std::string_view> authority;  ///< Of the absolute form.
    std::string origin_form;                    ///< Path and query.
};

/// "http://host/path" or "/path"; any other text stays unchanged. Nothing for a malformed absolute
/// form.
[[nodiscard]] std::optional<TargetForm> split_target(std::string_view target);

/// Whether the path asks for health or metrics.
[[nodiscard]] bool is_probe(std::string_view target);

/// The reason to refuse the request; nothing when it is accepted.
[[nodiscard]] std::optional<ErrorResponse> check_head(const BeastRequest& message,
                                                      const std::optional<TargetForm>& target,
                                                      const HostNames& hosts);

}  // namespace botcore::shell::http
