#pragma once

/// The operator's token: 32 random bytes as base64url in a file that only its owner may read, made
/// at the first start. Whoever can read the file is the operator.

#include "base/result.hpp"
#include "shell/auth/caller.hpp"
#include "shell/auth/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace botcore::shell::auth {

/// Why there is no token: what was expected and what was there.
struct TokenError {
    std::string text;
};

class OperatorToken final : public TokenVerifier {
public:
    explicit OperatorToken(Secret token, bool created = false)
        : token_(std::move(token)),
          created_(created) {}

    /// Reads `<data>/operator.token`, or makes it with mode 0600. Refuses a file that others may
    /// read or write, and one that is too short to be a token.
    [[nodiscard]] static base::Result<OperatorToken, TokenError> load_or_create(
        const std::filesystem::path& data);

    /// Reads only; for clients.
    [[nodiscard]] static base::Result<OperatorToken, TokenError> load(
        const std::filesystem::path& data);

    /// The operator, whatever the time.
    [[nodiscard]] std::optional<Caller> caller_of(std::string_view token,
                                                  model::Timestamp now) const override;

    [[nodiscard]] const Secret& secret() const { return token_; }

    /// It was made just now: the first start shows it once.
    [[nodiscard]] bool is_new() const { return created_; }

private:
    Secret token_;
    bool created_ = false;
};

/// The owner that the operator's token stands for.
[[nodiscard]] model::Owner operator_owner();

}  // namespace botcore::shell::auth
