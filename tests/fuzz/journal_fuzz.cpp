/// Feeds arbitrary bytes to the journal's reader: whatever it accepts must write back and export.

#include "base/check.hpp"
#include "protocol/journal.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto record = botcore::protocol::decode_record(bytes);
    if (record) {
        const auto again =
            botcore::protocol::decode_record(botcore::protocol::encode(record.value()));
        CHECK(again.has_value());
        CHECK(again.value() == record.value());
        (void)botcore::protocol::to_json(record.value(), {});
    }
    return 0;
}
