#include "protocol/maintenance_requests.hpp"

#include "base/plain_text.hpp"
#include "base/time_text.hpp"
#include "protocol/flat_reader.hpp"

#include <array>
#include <utility>

namespace botcore::protocol {

namespace {

constexpr std::int64_t kMinutesMax = 100'000;

std::optional<std::string> read_line(std::string_view text) {
    const bool fits = text.size() <= kMaintenanceTextMax && base::is_plain_line(text);
    return fits ? std::optional(std::string(text)) : std::nullopt;
}

Result<base::Duration, RequestError> minutes_or(FieldReader& reader, base::Duration absent) {
    if (!reader.has("minutes")) return absent;
    const model::Rate minutes = TRY(reader.whole("minutes"));
    if (minutes > model::Rate::whole(kMinutesMax)) {
        return Failure{RequestError{.code = "INVALID_FIELD",
                                    .message = "'minutes' must be at most 120",
                                    .field = "minutes",
                                    .expected = "a whole number from 1 to 120",
                                    .received = excerpt(to_text(minutes))}};
    }
    const auto count = static_cast<std::int64_t>(minutes.units() / model::kScale);
    return base::Duration::seconds(count * 60);
}

Result<std::string, RequestError> text_or_none(FieldReader& reader) {
    if (!reader.has("text")) return std::string();
    return reader.word(
        "text", "one line of at most 500 bytes without control or direction characters", read_line);
}

}  // namespace

ParseResult<MaintenanceRequest> parse_maintenance_request(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    (void)TRY(
        reader.only(std::array<std::string_view, 4>{"begin", "minutes", "emergency", "text"}));
    MaintenanceRequest requested;
    if (reader.has("begin")) {
        requested.begin = TRY(
            reader.word("begin", "a time in UTC such as 2026-12-06T02:00Z", base::parse_iso8601));
    }
    requested.length = TRY(minutes_or(reader, requested.length));
    if (reader.has("emergency")) requested.emergency = TRY(reader.boolean("emergency"));
    requested.text = TRY(text_or_none(reader));
    return Parsed<MaintenanceRequest>{std::move(requested), reader.canonical()};
}

ParseResult<MaintenanceRequest> parse_maintenance_now(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"minutes", "text"}));
    MaintenanceRequest requested;
    requested.emergency = true;
    requested.length = TRY(minutes_or(reader, base::Duration::seconds(3'600)));
    requested.text = TRY(text_or_none(reader));
    return Parsed<MaintenanceRequest>{std::move(requested), reader.canonical()};
}

ParseResult<MaintenanceEnd> parse_maintenance_end(std::string_view body) {
    FieldReader reader = TRY(fields_if_any(body));
    (void)TRY(reader.only(std::array<std::string_view, 1>{"ramp"}));
    MaintenanceEnd end;
    if (reader.has("ramp")) end.ramp = TRY(reader.boolean("ramp"));
    return Parsed<MaintenanceEnd>{end, reader.canonical()};
}

}  // namespace botcore::protocol
