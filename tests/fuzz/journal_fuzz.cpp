/// Any bytes as a journal record of either version: an accepted record reads back the same after it
/// is written, and its export is one line of JSON.

#include "base/check.hpp"
#include "protocol/journal.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace botcore;

void check_record(std::string_view bytes) {
    const auto record = protocol::decode_record(bytes);
    if (!record) return;
    const auto again = protocol::decode_record(protocol::encode(record.value()));
    CHECK(again.has_value());
    CHECK(again.value() == record.value());
    const std::string line = protocol::to_json(record.value(), {});
    CHECK(line.find('\n') == std::string::npos);
    // A damaged text may be invalid UTF-8; the export contains its bytes.
    boost::json::parse_options options;
    options.allow_invalid_utf8 = true;
    boost::json::error_code error;
    const auto value = boost::json::parse(line, error, {}, options);
    CHECK(!error && value.is_object());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(reinterpret_cast<const char*>(data), size);
    check_record(bytes);
    if (bytes.empty()) return 0;
    for (std::uint8_t version = 1; version <= protocol::kRecordVersion; ++version) {
        bytes.front() = static_cast<char>(version);
        check_record(bytes);
    }
    return 0;
}
