#pragma once

/// Who stands behind a request: whose accounts, what the person may do, and a name for logs.
///
/// U1  A role may all that the roles before it may.

#include "model/order.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

/// Never renumbered: stored with users.
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
    model::Owner owner;  ///< Whose accounts, orders and keys.
    Role role = Role::Viewer;
    std::string name;  ///< For logs and the audit; no secret.
};

/// Says whose token it is that a caller shows.
class TokenVerifier {
public:
    virtual ~TokenVerifier() = default;
    /// Nothing for a token that is nobody's at this time.
    [[nodiscard]] virtual std::optional<Caller> caller_of(std::string_view token,
                                                          model::Timestamp now) const = 0;
};

}  // namespace botcore::shell::auth
