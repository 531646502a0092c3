/// Any bytes as a message of an event stream client: no crash, a refusal has a short reason, and an
/// accepted message keeps the limits that the server relies on.

#include "base/check.hpp"
#include "protocol/stream_requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace botcore;

void check_request(const protocol::StreamRequest& request) {
    CHECK(request.id.size() <= 64);
    if (const auto* who = std::get_if<protocol::StreamAuthenticate>(&request.body)) {
        CHECK(!who->token.empty());
    } else if (const auto* subscription = std::get_if<protocol::StreamSubscribe>(&request.body)) {
        CHECK(!subscription->accounts ||
              subscription->accounts->size() <= protocol::kStreamNamesMax);
        CHECK(!subscription->symbols || subscription->symbols->size() <= protocol::kStreamNamesMax);
        CHECK(!subscription->since || subscription->since->sequence < (std::uint64_t{1} << 63U));
    } else if (const auto* less = std::get_if<protocol::StreamUnsubscribe>(&request.body)) {
        CHECK(!less->channels.empty() || !less->symbols.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto request = protocol::parse_stream_request(text);
    if (request) {
        check_request(request.value());
        return 0;
    }
    CHECK(!request.error().code.empty());
    CHECK(!request.error().message.empty());
    CHECK(request.error().field.size() <= 64);
    const std::string answer = protocol::render(
        protocol::StreamError{
            .id = {}, .code = request.error().code, .message = request.error().message},
        base::Timestamp());
    CHECK(answer.size() < 2'048);
    return 0;
}
