/// Any bytes as an authorization header, as the body of each request about users, as an e-mail
/// address and a password, and as a text with secrets: no crash, and no refusal contains bytes from
/// the place of a secret.

#include "api/cors_filter.hpp"
#include "api/rate_limit_filter.hpp"
#include "base/check.hpp"
#include "net/bearer_header.hpp"
#include "net/client_address.hpp"
#include "observability/redact.hpp"
#include "services/users/auth_requests.hpp"
#include "services/users/email.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace botcore;

template <class T>
void read(std::string_view body, users::AuthParsed<T> (*parse)(std::string_view)) {
    const auto parsed = parse(body);
    if (parsed) return;
    CHECK(!parsed.error().code.empty());
    CHECK(parsed.error().received.size() <= 64);
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool has_only(std::string_view word, std::string_view alphabet) {
    return word.find_first_not_of(alphabet) == std::string_view::npos;
}

/// Long words that are not secrets: names of variables, names of the archive's objects, and hashes
/// that are announced by a preceding word of our own.
bool may_stay(std::string_view before, std::string_view word) {
    if (word.starts_with("BOTCORE_"))
        return has_only(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
    if (has_only(word, "0123456789-tz")) return true;
    const std::string_view near =
        before.substr(before.size() - std::min<std::size_t>(before.size(), 16));
    const bool announced =
        near.find("hash") != std::string_view::npos || near.find("state") != std::string_view::npos;
    return announced && has_only(word, "0123456789abcdef");
}

void check_redacted(std::string_view text) {
    const std::string shown = observability::redact(text);
    for (auto begin = shown.begin(); begin != shown.end();) {
        begin = std::find_if(begin, shown.end(), is_word);
        const auto end = std::find_if_not(begin, shown.end(), is_word);
        const std::string_view word(begin, end);
        if (word.size() >= 40) CHECK(may_stay({shown.begin(), begin}, word));
        begin = end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto token = net::bearer_of(text)) {
        CHECK(!token->empty() && token->size() <= 256);
        CHECK(std::none_of(token->begin(), token->end(), [](char c) { return c <= ' '; }));
    }
    read(text, users::parse_login);
    read(text, users::parse_new_user);
    read(text, users::parse_password_change);
    read(text, users::parse_password);
    read(text, users::parse_profile_change);
    read(text, users::parse_role_change);
    if (const auto address = users::normalized_email(text)) {
        CHECK(users::normalized_email(*address) == address);
    }
    (void)users::weakness_of(text);
    (void)net::limit_key(text);
    (void)api::mistake_in_origins(text);
    check_redacted(text);
    return 0;
}
