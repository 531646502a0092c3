#pragma once

/// The operator's token: 32 random bytes as base64url in a file that only its owner may read,
/// created at the first start. Anybody who can read the file has the operator's rights.

#include "base/result.hpp"
#include "host/caller.hpp"
#include "host/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::users {

/// Why the token cannot be used: what was expected and what was found.
struct TokenError {
    std::string text;
};

class OperatorToken final : public host::TokenVerifier {
public:
    explicit OperatorToken(host::Secret token, bool created = false)
        : token_(std::move(token)),
          created_(created) {}

    /// Reads `<data>/operator.token`, or creates it with mode 0600. Rejects a file that others may
    /// read or write, and one that is too short for a token.
    [[nodiscard]] static base::Result<OperatorToken, TokenError> load_or_create(
        const std::filesystem::path& data);

    /// Reads the token file and never creates it; for clients.
    [[nodiscard]] static base::Result<OperatorToken, TokenError> load(
        const std::filesystem::path& data);

    /// The operator, if this is the operator's token, which never expires.
    [[nodiscard]] std::optional<host::Caller> caller_of(std::string_view token,
                                                        model::Timestamp now) const override;

    [[nodiscard]] const host::Secret& secret() const { return token_; }

    /// The token was just created: the first start shows it once.
    [[nodiscard]] bool is_new() const { return created_; }

private:
    host::Secret token_;
    bool created_ = false;
};

/// The owner that the operator's token authenticates.
[[nodiscard]] model::Owner operator_owner();

}  // namespace botcore::users
