#include "observability/redact.hpp"

#include "base/check.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace botcore::observability {

namespace {

constexpr std::string_view kGone = "[redacted]";
constexpr std::size_t kSecretRun = 40;
constexpr std::string_view kBearerStart = "bct_";

/// The value of a name that ends with one of these is a secret.
constexpr std::array<std::string_view, 12> kSecretNames = {"password",
                                                           "passwd",
                                                           "passphrase",
                                                           "secret",
                                                           "token",
                                                           "signature",
                                                           "apikey",
                                                           "api_key",
                                                           "api-key",
                                                           "private_key",
                                                           "listenkey",
                                                           "authorization"};

/// In our own texts and fields, one of these words precedes the hash of a state or of a record.
constexpr std::array<std::string_view, 6> kHashWords = {
    "state ", "hash ", "state_hash\":\"", "state_hash=", "head_hash\":\"", "\"hash\":\""};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool ends_with_name(std::string_view word) {
    return std::any_of(kSecretNames.begin(), kSecretNames.end(), [&](std::string_view name) {
        return word.size() >= name.size() &&
               std::equal(name.begin(),
                          name.end(),
                          word.end() - static_cast<std::ptrdiff_t>(name.size()),
                          [](char a, char b) { return a == lower(b); });
    });
}

bool equals(std::string_view word, std::string_view small) {
    return word.size() == small.size() &&
           std::equal(word.begin(), word.end(), small.begin(), [](char a, char b) {
               return lower(a) == b;
           });
}

/// Whether the word is the name of one of our environment variables, which may be long.
bool is_our_variable(std::string_view word) {
    return word.starts_with("BOTCORE_") && word.size() < 2 * kSecretRun &&
           std::all_of(
               word.begin(),
               word.end(),
               [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; });
}

/// Whether the word is the part of an archive object's name that consists of digits: "<20
/// digits>-<20 digits>" for a segment, "<20 digits>-<yyyymmdd>t<hhmmss>z" for a snapshot. Secrets
/// contain more letters.
bool is_object_name(std::string_view word) {
    const std::size_t dash = word.find('-');
    if (dash != 20 || word.size() > 2 * dash + 1) return false;
    return std::count_if(word.begin(), word.end(), [](char c) { return !is_digit(c); }) ==
           (word.ends_with('z') ? 3 : 1);
}

/// Whether the word is 32 bytes as lower-case hexadecimal digits.
bool is_hash(std::string_view word) {
    return word.size() == 64 && std::all_of(word.begin(), word.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f');
           });
}

std::string hashed(std::string_view address) {
    static const auto key = [] {
        CHECK(sodium_init() >= 0);
        std::array<unsigned char, crypto_shorthash_KEYBYTES> bytes{};
        randombytes_buf(bytes.data(), bytes.size());
        return bytes;
    }();
    std::string small(address);
    std::transform(small.begin(), small.end(), small.begin(), lower);
    std::array<unsigned char, crypto_shorthash_BYTES> out{};
    (void)crypto_shorthash(
        out.data(), reinterpret_cast<const unsigned char*>(small.data()), small.size(), key.data());
    std::uint64_t number = 0;
    for (const unsigned char byte : out)
        number = (number << 8U) | byte;
    return fmt::format("[email {:016x}]", number);
}

/// Scans a text once and copies what may be shown.
class Redactor {
public:
    explicit Redactor(std::string_view text) : rest_(text) {}

    std::string run() {
        while (!rest_.empty()) {
            if (take_address() || take_email()) continue;
            if (is_word(rest_.front())) {
                take_word();
            } else {
                copy(1);
            }
        }
        return std::move(out_);
    }

private:
    void copy(std::size_t count) {
        out_.append(rest_.substr(0, count));
        rest_.remove_prefix(std::min(count, rest_.size()));
    }

    void drop(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }

    [[nodiscard]] bool at_word_start() const { return out_.empty() || !is_word(out_.back()); }

    /// Whether one of our own words for a hash comes right before the current position. A request's
    /// signature never follows such a word.
    [[nodiscard]] bool follows_hash_word() const {
        const std::string_view text = out_;
        return std::any_of(kHashWords.begin(), kHashWords.end(), [&](std::string_view end) {
            return text.ends_with(end);
        });
    }

    bool take_address() {
        if (!is_digit(rest_.front()) || !at_word_start()) return false;
        if (!out_.empty() && out_.back() == '.') return false;
        std::size_t end = 0;
        for (int part = 0; part < 4; ++part) {
            const std::size_t begin = end;
            while (end < rest_.size() && is_digit(rest_[end]))
                ++end;
            if (end == begin || end - begin > 3) return false;
            if (part < 3 && (end == rest_.size() || rest_[end++] != '.')) return false;
        }
        if (end < rest_.size() && is_word(rest_[end])) return false;
        out_.append(mask_address(rest_.substr(0, end)));
        drop(end);
        return true;
    }

    bool take_email() {
        if (!at_word_start() || rest_.size() > searched_) return false;
        constexpr std::string_view kMarks = ".!#$%&*+/=?^`{|}~";
        const auto local = [&](char c) {
            return is_word(c) || kMarks.find(c) != std::string_view::npos ||
                   static_cast<unsigned char>(c) >= 0x80;
        };
        const auto begin = rest_.begin();
        auto at = std::find_if_not(begin, rest_.end(), local);
        if (at == begin) return false;
        // Should no address be found, none begins at a later character before `at` either. Without
        // this, the time would grow with the square of the text's length.
        searched_ = static_cast<std::size_t>(rest_.end() - at);
        if (at == rest_.end() || *at != '@') return false;
        auto end =
            std::find_if_not(at + 1, rest_.end(), [](char c) { return is_word(c) || c == '.'; });
        while (end != at + 1 && *(end - 1) == '.')
            --end;
        if (end == at + 1) return false;
        const auto size = static_cast<std::size_t>(end - begin);
        // A name before the address, as in "email=a@b.co", is copied unchanged.
        const std::string_view address = rest_.substr(0, size);
        const std::size_t split = address.substr(0, address.find('@')).find_last_of("=&?/");
        const std::size_t kept = split == std::string_view::npos ? 0 : split + 1;
        out_.append(Redactor(address.substr(0, kept)).run());
        out_.append(hashed(address.substr(kept)));
        drop(size);
        return true;
    }

    void take_word() {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word);
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        const std::string_view word = rest_.substr(0, size);
        const bool ours =
            is_our_variable(word) || is_object_name(word) || (is_hash(word) && follows_hash_word());
        const bool secret = (size >= kSecretRun && !ours) ||
                            (word.starts_with(kBearerStart) && size > kBearerStart.size());
        if (secret) {
            out_.append(kGone);
            drop(size);
            return;
        }
        // A part of a path is not the name of a value: "/etc/passwd: not a directory".
        const bool in_path = !out_.empty() && out_.back() == '/';
        copy(size);
        if (in_path) return;
        if (equals(word, "bearer")) {
            take_value();
        } else if (ends_with_name(word)) {
            take_named_value();
        }
    }

    /// After a secret's name: redacts its value if ':' or '=' follows.
    void take_named_value() {
        std::size_t skip = 0;
        // The quote after the name may be escaped, if the JSON text is itself inside a JSON string.
        while (skip < rest_.size() && (rest_[skip] == '"' || rest_[skip] == '\\'))
            ++skip;
        while (skip < rest_.size() && rest_[skip] == ' ')
            ++skip;
        if (skip == rest_.size() || (rest_[skip] != ':' && rest_[skip] != '=')) return;
        copy(skip + 1);
        take_value();
    }

    void take_value() {
        std::size_t skip = 0;
        while (skip < rest_.size() && (rest_[skip] == ' ' || rest_[skip] == '\\'))
            ++skip;
        copy(skip);
        if (rest_.empty() || rest_.front() == '<')
            return;  // "<token>" is a placeholder, not a secret.
        if (rest_.size() > 7 && equals(rest_.substr(0, 7), "bearer ")) {
            copy(6);
            return take_value();
        }
        if (rest_.front() == '"' || rest_.front() == '\'') {
            const char quote = rest_.front();
            copy(1);
            std::size_t end = 0;
            while (end < rest_.size() && rest_[end] != quote)
                end += rest_[end] == '\\' && end + 1 < rest_.size() ? 2 : 1;
            out_.append(kGone);
            drop(end);
            return;
        }
        const std::size_t end = std::min(rest_.find_first_of(" \t\r\n\"'&,;}])"), rest_.size());
        if (end == 0) return;
        out_.append(kGone);
        drop(end);
    }

    std::string_view rest_;
    /// No e-mail address begins while more than this is left of the text.
    std::size_t searched_ = std::string_view::npos;
    std::string out_;
};

}  // namespace

std::string redact(std::string_view text) {
    return Redactor(text).run();
}

std::string mask_address(std::string_view address) {
    const bool own = address.starts_with("127.") || address == "0.0.0.0" || address == "::1";
    if (own || address.empty()) return std::string(address);
    const std::size_t dot = address.rfind('.');
    if (dot != std::string_view::npos) return std::string(address.substr(0, dot)) + ".*";
    const std::size_t first = address.find(':');
    const std::size_t second =
        first == std::string_view::npos ? first : address.find(':', first + 1);
    if (second == std::string_view::npos) return std::string(address);
    return std::string(address.substr(0, second)) + ":*";
}

}  // namespace botcore::observability
