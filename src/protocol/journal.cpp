#include "protocol/journal.hpp"

#include "protocol/binary_codec.hpp"
#include "protocol/json_export.hpp"

#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <variant>

namespace botcore::protocol {

std::string encode(const model::Record& record) {
    std::string bytes;
    bytes.reserve(1024);
    bytes.push_back(static_cast<char>(kRecordVersion));
    BinaryWriter(bytes).write(record);
    return bytes;
}

base::Result<model::Record, RecordError> decode_record(std::string_view bytes) {
    if (bytes.empty()) return base::Failure{RecordError::Malformed};
    if (static_cast<std::uint8_t>(bytes.front()) > kRecordVersion) {
        return base::Failure{RecordError::VersionTooNew};
    }
    if (static_cast<std::uint8_t>(bytes.front()) == 0) {
        return base::Failure{RecordError::Malformed};
    }
    BinaryReader reader(bytes.substr(1), static_cast<std::uint8_t>(bytes.front()));
    model::Record record;
    reader.read(record);
    if (!reader.finished()) return base::Failure{RecordError::Malformed};
    if (reader.stored_version() < 4) {
        record.input.exchange_time = record.input.time;
        record.input.monotonic_time = record.input.time;
    }
    return record;
}

model::Hash hash_of(std::string_view bytes) {
    // Fetching the algorithm and creating a context cost more than hashing a record.
    static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>
        context(  // rule-ok: cache
            EVP_MD_CTX_new(),
            EVP_MD_CTX_free);
    model::Hash hash{};
    unsigned size = 0;
    CHECK(EVP_DigestInit_ex2(context.get(), kSha256, nullptr) == 1);
    CHECK(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
    CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1);
    CHECK(size == hash.size());
    return hash;
}

std::string to_hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto value = static_cast<std::uint8_t>(c);
        text.push_back(kDigits[value >> 4U]);
        text.push_back(kDigits[value & 15U]);
    }
    return text;
}

std::string to_hex(const model::Hash& hash) {
    std::string bytes;
    for (const std::uint8_t part : hash)
        bytes.push_back(static_cast<char>(part));
    return to_hex(bytes);
}

namespace {

/// The names of the kinds of changes, in the order of `model::Change`.
constexpr std::array<std::string_view, std::variant_size_v<model::Change>> kChangeKinds = {
    "account",
    "instrument",
    "order",
    "fill",
    "position",
    "key",
    "risk",
    "operating",
    "maintenance"};
static_assert(!kChangeKinds.back().empty());

/// Converts request hashes, whose bytes may not be text, to hexadecimal digits.
void make_printable(boost::json::object& object) {
    for (auto& [name, value] : object) {
        if (name == "request_hash") value = to_hex(value.as_string());
        if (value.is_object()) make_printable(value.as_object());
    }
}

}  // namespace

std::string to_json(const model::Record& record, const model::Hash& hash) {
    boost::json::object line;
    line["sequence"] = record.sequence;
    line["epoch"] = record.epoch;
    line["time_us"] = record.input.time.in_microseconds();
    line["exchange_time_us"] = record.input.exchange_time.in_microseconds();
    line["monotonic_time_us"] = record.input.monotonic_time.in_microseconds();
    line["kind"] = kind_of(record.input.body);
    line["clock"] = to_text(record.input.clock);
    line["storage"] = to_text(record.input.storage);
    line["input"] = std::visit([](const auto& body) { return exported(body); }, record.input.body);
    boost::json::array changes;
    for (const auto& change : record.outcome.changes) {
        boost::json::object item;
        item["row"] = kChangeKinds.at(change.index());
        item["image"] = std::visit([](const auto& row) { return exported(row); }, change);
        make_printable(item);
        changes.push_back(std::move(item));
    }
    line["changes"] = std::move(changes);
    line["postings"] = exported(record.outcome.postings);
    line["prior_hash"] = to_hex(record.prior_hash);
    line["hash"] = to_hex(hash);
    make_printable(line);
    return boost::json::serialize(line);
}

}  // namespace botcore::protocol
