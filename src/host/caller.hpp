#pragma once

/// The authenticated caller of a request: the owner whose accounts it may use, its role, and a name
/// for logs.
///
/// U1  A role includes the rights of all roles before it.

#include "model/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::host {

/// Never renumbered: the numbers are stored with the users.
enum class Role : std::uint8_t { Viewer = 0, Trader = 1, Operator = 2 };

[[nodiscard]] constexpr std::string_view to_text(Role role) {
    switch (role) {
        case Role::Viewer:
            return "viewer";
        case Role::Trader:
            return "trader";
        case Role::Operator:
            return "operator";
    }
    return "viewer";
}

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
