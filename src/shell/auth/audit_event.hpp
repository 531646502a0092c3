#pragma once

/// What the audit remembers of who did what. Acts go into the journal's hash chain, so they hold
/// ids and stable words only: no e-mail address, no name, nothing secret.

#include "model/names.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

struct AuditEvent {
    model::Owner actor;        ///< Empty where nobody was recognised.
    std::string_view act;      ///< A literal: "login", "token-revoked", "role-changed".
    std::string subject;       ///< The id of what it was done to.
    std::string_view outcome;  ///< A literal: "ok", "failed", "delayed", "refused".
    std::string detail;
    std::string request_id;
};

/// Takes an act; returns at once.
using RecordAudit = std::function<void(const AuditEvent&)>;

}  // namespace botcore::shell::auth
