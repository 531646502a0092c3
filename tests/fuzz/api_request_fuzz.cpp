/// Any bytes as the body of every request: no crash, and an accepted request is parsed to the same
/// value from its canonical text.

#include "base/check.hpp"
#include "protocol/api_requests.hpp"
#include "protocol/incident_requests.hpp"
#include "protocol/maintenance_requests.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using botcore::protocol::ParseResult;

template <class T>
void read(std::string_view body, ParseResult<T> (*parse)(std::string_view)) {
    const auto first = parse(body);
    if (!first) {
        CHECK(!first.error().code.empty());
        CHECK(first.error().received.size() <= 64);
        return;
    }
    const std::string& canonical = first.value().canonical;
    if constexpr (std::is_same_v<T, botcore::model::PlaceOrder>) {
        const T& order = first.value().value;
        CHECK(order.quantity.is_positive());
        CHECK(order.price.has_value() == has_limit(order.type));
        CHECK(order.stop_price.has_value() == is_conditional(order.type));
        CHECK(order.trail_distance.is_zero() || order.stop_loss.has_value());
        CHECK(canonical.starts_with('{'));
    } else if constexpr (std::is_same_v<T, botcore::model::ClosePosition>) {
        CHECK(canonical.empty() != first.value().value.queue_limit.has_value());
    } else if constexpr (std::is_same_v<T, botcore::protocol::MaintenanceRequest>) {
        const T& request = first.value().value;
        CHECK(request.text.size() <= botcore::protocol::kMaintenanceTextMax);
        CHECK(request.text.find_first_of("\r\n") == std::string::npos);
        CHECK(request.length > botcore::base::Duration());
        CHECK(canonical.starts_with('{'));
    } else if constexpr (std::is_same_v<T, botcore::protocol::MaintenanceEnd>) {
        CHECK(canonical.starts_with('{'));
    } else {
        const auto again = parse(canonical);
        CHECK(again.has_value());
        CHECK(again.value().canonical == canonical);
    }
}

/// A text of an accepted request is one line within its limit.
void check_line(const std::string& text) {
    CHECK(text.size() <= botcore::protocol::kIncidentTextMax);
    CHECK(text.find_first_of("\r\n") == std::string::npos);
}

void read_incident_requests(std::string_view body) {
    using namespace botcore::protocol;
    if (const auto opening = parse_incident_opening(body)) check_line(opening.value().title);
    if (const auto text = parse_incident_text(body, "text", true)) check_line(text.value());
    if (const auto note = parse_incident_text(body, "note", false)) check_line(note.value());
    if (const auto review = parse_incident_review(body)) check_line(review.value().root_cause);
    if (const auto action = parse_incident_action(body)) {
        check_line(action.value().owner);
        CHECK(action.value().due.empty() || action.value().due.size() == 10);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    read(body, +[](std::string_view text) { return botcore::protocol::parse_place_order(text); });
    read(body, botcore::protocol::parse_close_position);
    read(body, botcore::protocol::parse_set_leverage);
    (void)botcore::protocol::parse_cancel_all(body);
    read(body, botcore::protocol::parse_open_account);
    read(body, botcore::protocol::parse_transfer);
    (void)botcore::protocol::parse_no_fields(body);
    read(body, botcore::protocol::parse_maintenance_request);
    read(body, botcore::protocol::parse_maintenance_now);
    read(body, botcore::protocol::parse_maintenance_end);
    read_incident_requests(body);
    return 0;
}
