#pragma once

/// The stored form of journal records, their hash chain, and their readable export.
/// docs/journal-format.md describes the bytes.

#include "base/result.hpp"
#include "model/record.hpp"

#include <string>
#include <string_view>

namespace botcore::protocol {

/// The first byte of every record. A program reads all versions up to this one.
inline constexpr std::uint8_t kRecordVersion = 6;

enum class RecordError : std::uint8_t {
    Malformed,      ///< Not a complete record: damaged or truncated.
    VersionTooNew,  ///< Written by a later version of this program.
};

[[nodiscard]] std::string encode(const model::Record& record);
[[nodiscard]] base::Result<model::Record, RecordError> decode_record(std::string_view bytes);

/// SHA-256, the hash of the chain.
[[nodiscard]] model::Hash hash_of(std::string_view bytes);
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(const model::Hash& hash);

/// One line of JSON, as `botctl journal export` prints it. Amounts are decimal texts, times are
/// microseconds since 1970, enumerations are names.
[[nodiscard]] std::string to_json(const model::Record& record, const model::Hash& hash);

}  // namespace botcore::protocol
