#include "protocol/reconcile_requests.hpp"

#include "base/plain_text.hpp"
#include "protocol/flat_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace botcore::protocol {

namespace {

constexpr std::string_view kTextExpected =
    "one line of 1 to 500 bytes without control or direction characters";

std::optional<std::string> read_text(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= kReasonTextMax && base::is_plain_line(text);
    return fits ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> read_lines(std::string_view text) {
    if (text.empty() || text.size() > kCheckReportMax) return std::nullopt;
    const bool lines = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n';
    });
    return lines ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> read_check_result(std::string_view text) {
    for (const std::string_view known : {"consistent", "inconsistent", "incomplete"}) {
        if (known == text) return std::string(known);
    }
    return std::nullopt;
}

std::optional<model::AccountState> read_state(std::string_view text) {
    for (const auto state : {model::AccountState::Active, model::AccountState::Frozen}) {
        if (to_text(state) == text) return state;
    }
    return std::nullopt;
}

template <class Name>
std::optional<Name> read_name(std::string_view text) {
    const bool fits =
        !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        });
    return fits ? std::optional(Name(std::string(text))) : std::nullopt;
}

/// Reads a signed decimal text.
template <class A>
Result<A, RequestError> signed_amount(FieldReader& reader, std::string_view name) {
    return reader.word(
        name, "a decimal text such as \"-0.5\"", [](std::string_view text) -> std::optional<A> {
            const bool below = text.starts_with('-');
            const auto value = model::parse_amount<A>(below ? text.substr(1) : text);
            if (!value || value.value().is_negative()) return std::nullopt;
            return below ? -value.value() : value.value();
        });
}

}  // namespace

ParseResult<std::string> parse_cancel_order(std::string_view body) {
    if (body.empty()) return Parsed<std::string>{};
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 1>{"reason"}));
    std::string reason;
    if (reader.has("reason")) reason = TRY(reader.word("reason", kTextExpected, read_text));
    return Parsed<std::string>{std::move(reason), reader.canonical()};
}

ParseResult<model::SetAccountState> parse_account_state(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"state", "text"}));
    model::SetAccountState command;
    command.state = TRY(reader.word("state", "ACTIVE or FROZEN", read_state));
    command.text = TRY(reader.word("text", kTextExpected, read_text));
    return Parsed<model::SetAccountState>{std::move(command), reader.canonical()};
}

ParseResult<model::AdoptBooks> parse_adopt_books(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    model::AdoptBooks command;
    if (reader.has("symbol")) {
        (void)TRY(reader.only(
            std::array<std::string_view, 5>{"symbol", "seen", "quantity", "cost", "text"}));
        command.instrument.symbol =
            TRY(reader.word("symbol",
                            "a symbol as the exchange lists it, such as \"BTCUSDT\"",
                            read_name<model::Symbol>));
        command.quantity_seen = TRY(signed_amount<model::Quantity>(reader, "seen"));
        command.quantity = TRY(signed_amount<model::Quantity>(reader, "quantity"));
        command.cost = TRY(signed_amount<model::Money>(reader, "cost"));
        const bool same_side = command.quantity.is_zero() == command.cost.is_zero() &&
                               command.quantity.is_negative() == command.cost.is_negative();
        if (!same_side) {
            return Failure{RequestError{.code = "INVALID_FIELD",
                                        .message = "'cost' must have the same sign as 'quantity'; "
                                                   "if one is zero, both must be zero",
                                        .field = "cost",
                                        .expected = "a decimal text with the sign of 'quantity'",
                                        .received = to_text(command.cost)}};
        }
    } else {
        (void)TRY(reader.only(std::array<std::string_view, 4>{"asset", "seen", "total", "text"}));
        command.asset = TRY(reader.word("asset",
                                        "an asset as the exchange lists it, such as \"USDT\"",
                                        read_name<model::Asset>));
        command.total_seen = TRY(signed_amount<model::Money>(reader, "seen"));
        command.total = TRY(signed_amount<model::Money>(reader, "total"));
    }
    command.text = TRY(reader.word("text", kTextExpected, read_text));
    return Parsed<model::AdoptBooks>{std::move(command), reader.canonical()};
}

base::Result<ConsistencyReport, RequestError> parse_consistency_report(std::string_view body) {
    FieldReader reader(TRY(parse_flat_object(body)));
    (void)TRY(reader.only(std::array<std::string_view, 2>{"result", "report"}));
    ConsistencyReport report;
    report.result = TRY(reader.word(
        "result", "\"consistent\", \"inconsistent\" or \"incomplete\"", read_check_result));
    report.text = TRY(reader.word("report", "lines of text, at most 16 KiB", read_lines));
    return report;
}

}  // namespace botcore::protocol
