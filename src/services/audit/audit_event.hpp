#pragma once

/// An audit event: which user did what. Audit events become part of the journal's hash chain, so
/// they hold only ids and fixed words: no e-mail address, no name, no secret.

#include "model/names.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace botcore::audit {

struct AuditEvent {
    model::Owner actor;        ///< Empty if the request was not authenticated.
    std::string_view action;   ///< A literal: "login", "token-revoked", "role-changed".
    std::string subject;       ///< The id of the affected object.
    std::string_view outcome;  ///< A literal: "ok", "failed", "delayed", "refused".
    std::string detail;
    std::string request_id;
};

/// Receives an audit event and returns without blocking.
using RecordAudit = std::function<void(const AuditEvent&)>;

}  // namespace botcore::audit
