#include "services/users/password.hpp"

#include "base/check.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

namespace botcore::users {

namespace {

/// The most commonly tried passwords. Before the comparison, surrounding digits and marks are
/// removed, and digits that stand for letters are replaced.
constexpr std::array<std::string_view, 52> kCommonCores = {
    "password", "passwort",     "passphrase", "qwerty",   "qwertyuiop",    "qwertz",   "qwertzuiop",
    "azerty",   "letmein",      "welcome",    "admin",    "administrator", "root",     "iloveyou",
    "monkey",   "dragon",       "sunshine",   "princess", "football",      "baseball", "superman",
    "batman",   "master",       "shadow",     "michael",  "jordan",        "trustno",  "abcdef",
    "abcdefgh", "abcdefghijkl", "changeme",   "default",  "secret",        "login",    "access",
    "whatever", "starwars",     "computer",   "internet", "summer",        "winter",   "spring",
    "autumn",   "bitcoin",      "ethereum",   "binance",  "trading",       "trader",   "crypto",
    "hodl",     "tothemoon",    "botcore"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

/// The letter that a digit or mark often replaces.
char plain(char c) {
    switch (lower(c)) {
        case '0':
            return 'o';
        case '1':
        case '!':
            return 'i';
        case '3':
            return 'e';
        case '4':
        case '@':
            return 'a';
        case '5':
        case '$':
            return 's';
        case '7':
            return 't';
        default:
            return lower(c);
    }
}

/// Removes everything before the first and after the last letter.
std::string_view trimmed(std::string_view text) {
    const auto first = std::find_if(text.begin(), text.end(), is_letter);
    const auto last = std::find_if(text.rbegin(), text.rend(), is_letter).base();
    if (first >= last) return {};
    return text.substr(static_cast<std::size_t>(first - text.begin()),
                       static_cast<std::size_t>(last - first));
}

bool is_core(std::string_view text) {
    return std::find(kCommonCores.begin(), kCommonCores.end(), text) != kCommonCores.end();
}

/// Whether the password is a common one, once or repeated, possibly with digits and marks around it
/// or in place of letters.
bool is_common(std::string_view password) {
    std::string low(password.size(), '\0');
    std::string read(password.size(), '\0');
    std::transform(password.begin(), password.end(), low.begin(), lower);
    // Trailing digits are decoration and not letters, so they are removed before the replacement.
    const std::string_view core = trimmed(low);
    std::transform(core.begin(), core.end(), read.begin(), plain);
    read.resize(core.size());
    std::string all(password.size(), '\0');
    std::transform(password.begin(), password.end(), all.begin(), plain);
    for (const std::string_view text : {core, std::string_view(read), trimmed(all)}) {
        if (is_core(text)) return true;
        for (std::size_t unit = 3; unit * 2 <= text.size(); ++unit) {
            if (text.size() % unit != 0 || !is_core(text.substr(0, unit))) continue;
            if (text.substr(unit) == text.substr(0, text.size() - unit)) return true;
        }
    }
    return false;
}

/// Whether the password has only few different characters, or most characters equal the one before
/// or are its successor or predecessor.
bool is_uniform(std::string_view password) {
    if (std::set<char>(password.begin(), password.end()).size() < 5) return true;
    std::size_t steps = 0;
    for (std::size_t i = 1; i < password.size(); ++i) {
        const int step = password[i] - password[i - 1];
        if (step == 1 || step == -1 || step == 0) ++steps;
    }
    return steps * 4 >= (password.size() - 1) * 3;
}

struct Classes {
    std::size_t characters = 0;
    bool small = false;
    bool capital = false;
    bool digit = false;
    bool mark = false;

    [[nodiscard]] bool all() const { return small && capital && digit && mark; }
};

Classes classes_of(std::string_view password) {
    Classes found;
    for (const char c : password) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) ++found.characters;
        if (c >= 'a' && c <= 'z') {
            found.small = true;
        } else if (c >= 'A' && c <= 'Z') {
            found.capital = true;
        } else if (c >= '0' && c <= '9') {
            found.digit = true;
        } else {
            found.mark = true;
        }
    }
    return found;
}

}  // namespace

std::optional<std::string> weakness_of(std::string_view password) {
    if (password.size() > kPasswordBytesMax) return "a password must have at most 256 bytes";
    const Classes found = classes_of(password);
    if (found.characters < kPasswordCharactersMin) {
        return "a password must have at least 12 characters, but this one has " +
               std::to_string(found.characters);
    }
    if (found.characters < kPassphraseCharactersMin && !found.all()) {
        return "a password of fewer than 16 characters must have lower-case and upper-case "
               "letters, digits and other characters; a longer one may have any characters";
    }
    if (is_uniform(password)) {
        return "the password is a repetition or a sequence; choose one that is harder to guess";
    }
    if (is_common(password)) {
        return "the password is one of the most common passwords; choose another";
    }
    return std::nullopt;
}

std::string hash_password(std::string_view password, HashCost cost) {
    CHECK(sodium_init() >= 0);
    std::array<char, crypto_pwhash_STRBYTES> out{};
    const int made = crypto_pwhash_str_alg(out.data(),
                                           password.data(),
                                           password.size(),
                                           cost.passes,
                                           cost.memory_bytes,
                                           crypto_pwhash_ALG_ARGON2ID13);
    CHECK(made == 0);
    return out.data();
}

bool is_password(std::string_view candidate, const std::string& hash) {
    CHECK(sodium_init() >= 0);
    return crypto_pwhash_str_verify(hash.c_str(), candidate.data(), candidate.size()) == 0;
}

bool is_outdated(const std::string& hash, HashCost cost) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace botcore::users
