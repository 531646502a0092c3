#pragma once

/// Which commands of an operator belong into the audit, and in which words: everything that
/// concerns accounts, money, maintenance and the money of others. Ordinary trading on accounts of
/// one's own is in the journal and is not repeated.

#include "model/input.hpp"
#include "shell/auth/caller.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::http {

struct AuditedCommand {
    std::string_view act;  ///< A literal.
    std::string subject;   ///< The account, or the number of the maintenance window.
    std::string detail;    ///< The reason that was given, or what was wanted.
};

/// Nothing for a caller who is no operator. `owner` is whose account the command is about; empty
/// where it is about none, or about one that does not exist.
[[nodiscard]] std::optional<AuditedCommand> audited_command(const auth::Caller& caller,
                                                            const model::InputBody& command,
                                                            const model::Owner& owner);

/// The account that the command is about; null where it is about none.
[[nodiscard]] const model::AccountId* account_of(const model::InputBody& command);

}  // namespace botcore::shell::http
