#include "services/users/operator_token.hpp"

#include "host/durable_file.hpp"
#include "host/whole_file.hpp"
#include "net/bearer_header.hpp"
#include "services/users/bearer.hpp"

#include <algorithm>
#include <utility>

namespace botcore::users {

namespace {

constexpr std::size_t kTokenCharactersMin = 32;
constexpr std::size_t kTokenCharactersMax = net::kBearerMax;
constexpr std::size_t kFileBytesMax = 1024;
static_assert(kTokenCharactersMax < kFileBytesMax);

base::Result<OperatorToken, TokenError> read_token(const std::filesystem::path& path) {
    auto read = host::read_private_file(path, kFileBytesMax);
    if (!read) {
        return base::Failure{TokenError{"the operator's token cannot be used: " + read.error() +
                                        ", or delete it to get a new one at the next start"}};
    }
    std::string text = std::move(read).value();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    // A longer token, or one with other characters, could not be sent in a header.
    const bool visible =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!visible || text.size() > kTokenCharactersMax) {
        return base::Failure{TokenError{"the token file " + path.string() +
                                        " must contain one line of at most 256 letters, digits and "
                                        "signs; delete it to get a new token at the next start"}};
    }
    if (text.size() < kTokenCharactersMin) {
        return base::Failure{TokenError{"the token file " + path.string() + " holds " +
                                        std::to_string(text.size()) +
                                        " characters, expected at least 32; delete it to get a "
                                        "new token at the next start"}};
    }
    return OperatorToken(host::Secret(std::move(text)));
}

}  // namespace

base::Result<OperatorToken, TokenError> OperatorToken::load(const std::filesystem::path& data) {
    return read_token(data / "operator.token");
}

base::Result<OperatorToken, TokenError> OperatorToken::load_or_create(
    const std::filesystem::path& data) {
    const std::filesystem::path path = data / "operator.token";
    const auto there = host::is_there(path);
    if (!there) return base::Failure{TokenError{there.error()}};
    if (there.value()) return read_token(path);
    std::string token = random_text();
    const auto made = host::create_file(path, token + "\n");
    if (!made) return base::Failure{TokenError{made.error()}};
    return OperatorToken(host::Secret(std::move(token)), true);
}

std::optional<host::Caller> OperatorToken::caller_of(std::string_view token,
                                                     model::Timestamp /*now*/) const {
    if (!token_.matches(token)) return std::nullopt;
    return host::Caller{operator_owner(), host::Role::Operator, "operator"};
}

model::Owner operator_owner() {
    return model::Owner("operator");
}

}  // namespace botcore::users
