#pragma once

/// Selects the operator commands that are recorded in the audit, and the words of the audit event.
/// Recorded is everything that concerns accounts, money, maintenance and other users' accounts.
/// Ordinary trading on the operator's own accounts is only in the journal.

#include "host/caller.hpp"
#include "model/input.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::api {

struct AuditedCommand {
    std::string_view action;  ///< A string literal.
    std::string subject;      ///< The account, or the id of the maintenance window.
    std::string detail;       ///< The reason that was given, or the requested change.
};

/// The audit event of the command. Empty if the command is not audited, which includes every
/// command of a caller who is not an operator. `owner` is the owner of the command's account; it is
/// empty if the command has no account or the account does not exist.
[[nodiscard]] std::optional<AuditedCommand> audited_command(const host::Caller& caller,
                                                            const model::InputBody& command,
                                                            const model::Owner& owner);

/// The command's account; null if it has none.
[[nodiscard]] const model::AccountId* account_of(const model::InputBody& command);

}  // namespace botcore::api
