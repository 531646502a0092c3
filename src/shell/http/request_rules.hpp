#pragma once

/// What the head of a request must fulfil before its body is read (RFC 9112).
///
/// Q1  Nobody can read the end of a message differently from us: of transfer codings only "chunked"
///     alone is understood, everything else is refused and the connection is closed.
/// Q2  There is exactly one Host. An IP address, a name of this machine and the names of
///     `http.hosts` are accepted; pages of another name, which an attacker may have pointed at this
///     machine, are not. Health and metrics are exempt: who asks for them has an address only.

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
    /// "botcore.example.org, botcore"; the text says what is wrong with it.
    [[nodiscard]] static base::Result<HostNames, std::string> parse(std::string_view list);

    /// `host` as a Host header has it: with or without a port, in any case.
    [[nodiscard]] bool accepts(std::string_view host) const;

private:
    std::set<std::string, std::less<>> names_;
};

/// A request target in its two usual forms.
struct TargetForm {
    std::optional<std::string_view> authority;  ///< Of the absolute form.
    std::string origin_form;                    ///< Path and query.
};

/// "http://host/path" or "/path"; what is neither stays as it came. Nothing: an absolute form that
/// is malformed.
[[nodiscard]] std::optional<TargetForm> split_target(std::string_view target);

/// Is it health or metrics that the path asks for?
[[nodiscard]] bool is_probe(std::string_view target);

/// Why the request is refused, or nothing.
[[nodiscard]] std::optional<Refused> check_head(const BeastRequest& message,
                                                const std::optional<TargetForm>& target,
                                                const HostNames& hosts);

}  // namespace botcore::shell::http
