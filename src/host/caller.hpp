#pragma once

/// The authenticated caller of a request: the owner whose accounts it may use, its role, and a name
/// for logs.

#include "model/order.hpp"
#include "model/role.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace botcore::host {

using model::Role;

struct Caller {
    model::Owner owner;  ///< The owner of the accounts, orders and keys that the caller may use.
    Role role = Role::Viewer;
    std::string name;  ///< For logs and the audit; not secret.
};

/// Finds the caller that a token belongs to.
class TokenVerifier {
public:
    virtual ~TokenVerifier() = default;
    /// Nothing for a token that is not valid at this time.
    [[nodiscard]] virtual std::optional<Caller> caller_of(std::string_view token,
                                                          model::Timestamp now) const = 0;
};

}  // namespace botcore::host
