/// Any bytes as an authorization header, as the body of each request about users, as an e-mail
/// address and a password, and as a text with secrets: no crash, and no refusal shows what came in
/// a secret's place.

#include "base/check.hpp"
#include "shell/auth/auth_requests.hpp"
#include "shell/auth/bearer.hpp"
#include "shell/auth/email.hpp"
#include "shell/http/access_gate.hpp"
#include "shell/http/client_address.hpp"
#include "shell/http/front_door.hpp"
#include "shell/log/redact.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace botcore::shell;

template <class T>
void read(std::string_view body, auth::AuthParsed<T> (*parse)(std::string_view)) {
    const auto parsed = parse(body);
    if (parsed) return;
    CHECK(!parsed.error().code.empty());
    CHECK(parsed.error().came.size() <= 64);
}

void check_redacted(std::string_view text) {
    const std::string shown = log::redact(text);
    std::size_t run = 0;
    for (const char c : shown) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
        run = word ? run + 1 : 0;
        CHECK(run < 40);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto token = auth::bearer_of(text)) {
        CHECK(!token->empty() && token->size() <= 256);
        CHECK(std::none_of(token->begin(), token->end(), [](char c) { return c <= ' '; }));
    }
    read(text, auth::parse_login);
    read(text, auth::parse_new_user);
    read(text, auth::parse_password_change);
    read(text, auth::parse_password);
    read(text, auth::parse_profile_change);
    read(text, auth::parse_role_change);
    if (const auto address = auth::normalized_email(text)) {
        CHECK(auth::normalized_email(*address) == address);
    }
    (void)auth::weakness_of(text);
    (void)http::limit_key(text);
    (void)http::mistake_in_origins(text);
    check_redacted(text);
    return 0;
}
