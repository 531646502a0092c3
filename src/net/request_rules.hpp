#pragma once

/// The rules that the head of a request must fulfil before its body is read (RFC 9112).
///
/// Q1  No other program, such as a proxy, can find the end of a message in another place than we
///     do. Therefore the only accepted transfer coding is a single "chunked"; a request with any
///     other one is refused and the connection is closed.
/// Q2  There is exactly one Host header. An IP address, a name of this machine and the names in
///     `http.hosts` are accepted; other names, which an attacker may have pointed at this machine,
///     are refused. Requests for health and metrics may use any name, since their clients often do
///     not know the right one.

#include "base/result.hpp"
#include "net/http_wire.hpp"
#include "net/server_errors.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace botcore::net {

class HostNames {
public:
    /// Parses a list such as "botcore.example.org, botcore". The error text says what is wrong with
    /// the list.
    [[nodiscard]] static base::Result<HostNames, std::string> parse(std::string_view list);

    /// Whether this value of a Host header is accepted. It may have a port and may be in upper or
    /// lower case.
    [[nodiscard]] bool accepts(std::string_view host) const;

private:
    std::set<std::string, std::less<>> names_;
};

/// A request target in its two usual forms.
struct TargetForm {
    std::optional<std::string_view> authority;  ///< Empty unless the target is in absolute form.
    std::string origin_form;                    ///< The path and the query.
};

/// Splits a target such as "http://host/path" (the absolute form) or "/path" (the origin form). Any
/// other text becomes the origin form unchanged. The result is empty for a malformed absolute form.
[[nodiscard]] std::optional<TargetForm> split_target(std::string_view target);

/// Whether the path asks for health or metrics.
[[nodiscard]] bool is_probe(std::string_view target);

/// The error response to a request that must be refused; empty when the request is accepted.
[[nodiscard]] std::optional<ErrorResponse> check_head(const BeastRequest& message,
                                                      const std::optional<TargetForm>& target,
                                                      const HostNames& hosts);

}  // namespace botcore::net
