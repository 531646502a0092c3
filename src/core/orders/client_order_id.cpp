#include "core/orders/client_order_id.hpp"

#include "base/check.hpp"

#include <string>

namespace botcore::core {

namespace {

constexpr std::string_view kPrefix = "BC1";
constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIncarnationSize = 11;
constexpr std::size_t kShardSize = 2;
constexpr std::size_t kSequenceSize = 11;
constexpr std::size_t kIndexSize = 2;
constexpr std::size_t kCheckSize = 5;
constexpr std::size_t kPartsSize = kIncarnationSize + kShardSize + kSequenceSize + kIndexSize;
constexpr std::size_t kIdSize = 3 + kPartsSize + kCheckSize;
static_assert(kIdSize <= 36, "The exchange accepts at most 36 characters.");
static_assert(kShardSize == 2 && kIndexSize == 2, "Two digits always fit into 16 bits.");

void append_base62(std::string& out, std::uint64_t value, std::size_t size) {
    const std::size_t start = out.size();
    out.resize(start + size, '0');
    for (std::size_t i = size; i > 0; --i) {
        out[start + i - 1] = kAlphabet[value % kAlphabet.size()];
        value /= kAlphabet.size();
    }
    CHECK(value == 0);
}

std::optional<std::uint64_t> parse_base62(std::string_view text) {
    std::uint64_t value = 0;
    for (const char c : text) {
        const std::size_t digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        if (__builtin_mul_overflow(value, kAlphabet.size(), &value)) return std::nullopt;
        if (__builtin_add_overflow(value, digit, &value)) return std::nullopt;
    }
    return value;
}

/// FNV-1a (Fowler, Noll, Vo), reduced to the range of five base-62 digits.
std::uint64_t check_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) {
        hash ^= static_cast<std::uint8_t>(c);
        hash *= 1099511628211ULL;
    }
    return hash % 916'132'832ULL;  // 62^5
}

}  // namespace

model::ClientOrderId make_client_order_id(const ClientOrderIdParts& parts) {
    std::string text(kPrefix);
    text.reserve(kIdSize);
    append_base62(text, parts.incarnation, kIncarnationSize);
    append_base62(text, parts.shard, kShardSize);
    append_base62(text, parts.sequence, kSequenceSize);
    append_base62(text, parts.index, kIndexSize);
    append_base62(text, check_of(text), kCheckSize);
    return model::ClientOrderId(std::move(text));
}

std::optional<ClientOrderIdParts> parse_client_order_id(std::string_view text) {
    if (text.size() != kIdSize || !text.starts_with(kPrefix)) return std::nullopt;
    const auto check = parse_base62(text.substr(kIdSize - kCheckSize));
    if (!check || *check != check_of(text.substr(0, kIdSize - kCheckSize))) return std::nullopt;
    std::size_t position = kPrefix.size();
    const auto take = [&](std::size_t size) {
        const auto value = parse_base62(text.substr(position, size));
        position += size;
        return value;
    };
    const auto incarnation = take(kIncarnationSize);
    const auto shard = take(kShardSize);
    const auto sequence = take(kSequenceSize);
    const auto index = take(kIndexSize);
    if (!incarnation || !shard || !sequence || !index) return std::nullopt;
    return ClientOrderIdParts{.incarnation = *incarnation,
                              .shard = static_cast<std::uint16_t>(*shard),
                              .sequence = *sequence,
                              .index = static_cast<std::uint16_t>(*index)};
}

}  // namespace botcore::core
