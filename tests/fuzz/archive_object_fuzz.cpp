/// Any bytes as the content of an archive's objects: accepted content reads back the same after it
/// is written.

#include "base/check.hpp"
#include "runtime/archive/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

namespace archive = botcore::runtime::archive;

template <class Decode>
void check(std::string_view bytes, Decode decode) {
    const auto object = decode(bytes);
    if (!object) return;
    const auto again = decode(archive::encode(*object));
    CHECK(again.has_value());
    CHECK(*again == *object);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    check(bytes, archive::decode_segment);
    check(bytes, archive::decode_manifest);
    check(bytes, archive::decode_verified);
    check(bytes, archive::decode_start);
    return 0;
}
