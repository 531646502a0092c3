#include "adapters/store_sqlite/row_images.hpp"

#include <sodium.h>

#include <array>
#include <cstring>

namespace botcore::store_sqlite {

std::string name_of(char table, std::string_view first, std::string_view second) {
    std::string name(1, table);
    name += first;
    name += '\0';
    name += second;
    return name;
}

std::string instrument_name(char table, const model::InstrumentId& id, std::string_view account) {
    std::string name = name_of(table, account, id.symbol.text());
    name += static_cast<char>('0' + static_cast<int>(id.market));
    name += static_cast<char>('0' + static_cast<int>(id.exchange));
    return name;
}

std::int64_t hash_of_image(std::string_view bytes) {
    static_assert(crypto_shorthash_BYTES == sizeof(std::int64_t));
    // Hashes under this key are stored with the rows: never change it.
    static constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey = {
        'b', 'o', 't', 'c', 'o', 'r', 'e', '-', 'r', 'o', 'w', '-', 'h', 'a', 's', 'h'};
    std::array<unsigned char, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(),
                     reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(),
                     kKey.data());
    std::int64_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
}

void ImageBytes::integer(std::int64_t value) {
    std::array<char, sizeof value> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    out_.append(bytes.data(), bytes.size());
}

void ImageBytes::text(std::string_view value) {
    integer(static_cast<std::int64_t>(value.size()));
    out_.append(value);
}

void ImageBytes::amount(base::Int128 units) {
    std::array<char, sizeof units> bytes{};
    std::memcpy(bytes.data(), &units, sizeof units);
    out_.append(bytes.data(), bytes.size());
}

void RowImages::learn(std::string name, RowImage image) {
    const auto added = images_.insert_or_assign(std::move(name), image).second;
    CHECK(added);
    sum_ += static_cast<std::uint64_t>(image.hash);
    sum_staged_ = sum_;
}

std::optional<RowImage> RowImages::find(const std::string& name) const {
    const auto place = images_.find(name);
    return place == images_.end() ? std::nullopt : std::optional(place->second);
}

void RowImages::stage(std::string name, std::optional<RowImage> image) {
    // A batch contains each row once, so that the stored row is the one that is replaced.
    if (const auto known = find(name)) sum_staged_ -= static_cast<std::uint64_t>(known->hash);
    if (image) sum_staged_ += static_cast<std::uint64_t>(image->hash);
    staged_.emplace_back(std::move(name), image);
}

void RowImages::keep() {
    for (auto& [name, image] : staged_) {
        if (image) {
            images_.insert_or_assign(std::move(name), *image);
        } else {
            images_.erase(name);
        }
    }
    staged_.clear();
    sum_ = sum_staged_;
}

void RowImages::drop() {
    staged_.clear();
    sum_staged_ = sum_;
}

}  // namespace botcore::store_sqlite
