#include "protocol/binary_codec.hpp"

#include <limits>

namespace botcore::protocol {

std::uint8_t BinaryReader::byte() {
    if (rest_.empty()) ok_ = false;
    if (!ok_) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
}

bool BinaryReader::flag() {
    const std::uint8_t value = byte();
    if (value > 1) ok_ = false;
    return value == 1;
}

base::Uint128 BinaryReader::varint() {
    base::Uint128 value = 0;
    for (unsigned shift = 0; shift < 128; shift += 7) {
        const std::uint8_t part = byte();
        const auto bits = static_cast<base::Uint128>(part & 0x7FU);
        if (shift + 7 > 128 && (bits >> (128 - shift)) != 0) ok_ = false;
        value |= bits << shift;
        if ((part & 0x80U) == 0) return ok_ ? value : 0;
    }
    ok_ = false;
    return 0;
}

base::Int128 BinaryReader::zigzag() {
    const base::Uint128 bits = varint();
    const base::Uint128 half = bits >> 1U;
    return static_cast<base::Int128>((bits & 1U) != 0 ? ~half : half);
}

std::int64_t BinaryReader::small_zigzag() {
    const base::Int128 value = zigzag();
    if (value < std::numeric_limits<std::int64_t>::min() ||
        value > std::numeric_limits<std::int64_t>::max()) {
        ok_ = false;
        return 0;
    }
    return static_cast<std::int64_t>(value);
}

std::string BinaryReader::text() {
    const base::Uint128 size = varint();
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return value;
}

}  // namespace botcore::protocol
