#include "shell/auth/operator_token.hpp"

#include "base/check.hpp"
#include "shell/auth/bearer.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace botcore::shell::auth {

namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kTokenCharactersMin = 32;
constexpr std::size_t kTokenCharactersMax = kBearerMax;
constexpr std::size_t kFileBytesMax = 1024;
static_assert(kTokenCharactersMax < kFileBytesMax);

/// Closes a file descriptor at the end of its scope.
class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    ~File() {
        if (descriptor_ >= 0) (void)::close(descriptor_);
    }

    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

TokenError system_error(const std::filesystem::path& path, const char* what) {
    return {std::string("cannot ") + what + " the token file " + path.string() + ": " +
            std::strerror(errno)};
}

std::string random_token() {
    CHECK(sodium_init() >= 0);
    std::array<unsigned char, kRandomBytes> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(kRandomBytes, kVariant)> text{};
    (void)sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    std::string token(text.data());
    sodium_memzero(bytes.data(), bytes.size());
    sodium_memzero(text.data(), text.size());
    return token;
}

base::Result<OperatorToken, TokenError> read_token(const std::filesystem::path& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return base::Failure{system_error(path, "read")};
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return base::Failure{system_error(path, "look at")};
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return base::Failure{TokenError{"others may use the token file " + path.string() +
                                        "; expected mode 0600: chmod 600 it, or delete it to get "
                                        "a new token at the next start"}};
    }
    std::array<char, kFileBytesMax> buffer{};
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0) return base::Failure{system_error(path, "read")};
    std::string text(buffer.data(), static_cast<std::size_t>(size));
    sodium_memzero(buffer.data(), buffer.size());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    // Longer or with other characters it could not be shown in a header.
    const bool visible =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!visible || text.size() > kTokenCharactersMax) {
        return base::Failure{TokenError{"the token file " + path.string() +
                                        " holds more than one line of at most 256 letters, digits "
                                        "and signs; delete it to get a new token at the next "
                                        "start"}};
    }
    if (text.size() < kTokenCharactersMin) {
        return base::Failure{TokenError{"the token file " + path.string() + " holds " +
                                        std::to_string(text.size()) +
                                        " characters, expected at least 32; delete it to get a "
                                        "new token at the next start"}};
    }
    return OperatorToken(Secret(std::move(text)));
}

/// Writes the token under another name first, so that the file is whole or not there.
base::Outcome<TokenError> write_token(const std::filesystem::path& path, std::string_view token) {
    const std::filesystem::path draft = path.string() + ".new";
    (void)::unlink(draft.c_str());
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return base::Failure{system_error(draft, "create")};
    const std::string line = std::string(token) + "\n";
    if (::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fsync(file.get()) != 0) {
        return base::Failure{system_error(draft, "write")};
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) {
        return base::Failure{system_error(path, "create")};
    }
    return base::Done{};
}

}  // namespace

base::Result<OperatorToken, TokenError> OperatorToken::load(const std::filesystem::path& data) {
    return read_token(data / "operator.token");
}

base::Result<OperatorToken, TokenError> OperatorToken::load_or_create(
    const std::filesystem::path& data) {
    const std::filesystem::path path = data / "operator.token";
    std::error_code error;
    if (std::filesystem::exists(path, error)) return read_token(path);
    if (error) return base::Failure{TokenError{path.string() + ": " + error.message()}};
    std::string token = random_token();
    (void)TRY(write_token(path, token));
    return OperatorToken(Secret(std::move(token)), true);
}

std::optional<Caller> OperatorToken::caller_of(std::string_view token,
                                               model::Timestamp /*now*/) const {
    if (!token_.matches(token)) return std::nullopt;
    return Caller{operator_owner(), Role::Operator, "operator"};
}

model::Owner operator_owner() {
    return model::Owner("operator");
}

}  // namespace botcore::shell::auth
