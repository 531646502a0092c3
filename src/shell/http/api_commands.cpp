#include "core/orders/client_order_id.hpp"
#include "protocol/journal.hpp"
#include "shell/http/api.hpp"
#include "shell/http/api_call.hpp"

#include <algorithm>

namespace botcore::shell::http {

namespace {

/// "application/json", with or without parameters; nothing at all is fine too.
bool is_json(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    constexpr std::string_view kJson = "application/json";
    const std::size_t end = type.find_last_not_of(' ');
    const std::string_view trimmed = type.substr(0, end == std::string_view::npos ? 0 : end + 1);
    return trimmed.empty() ||
           std::equal(
               trimmed.begin(), trimmed.end(), kJson.begin(), kJson.end(), [](char a, char b) {
                   return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
               });
}

}  // namespace

bool Api::check_path(Call& call, std::string_view canonical_path) {
    call.canonical_path = canonical_path;
    if (!call.request.query.empty()) {
        const std::string& name = call.request.query.begin()->first;
        fail(call,
             400,
             protocol::RequestError{.code = "UNKNOWN_FIELD",
                                    .message = "a command has no query parameters",
                                    .field = name,
                                    .expected = {},
                                    .came = name});
        return false;
    }
    if (!call.request.body.empty() && !is_json(call.request.header("content-type"))) {
        fail(call, 415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json");
        return false;
    }
    return read_key(call);
}

bool Api::check_symbol(Call& call) {
    const std::string& symbol = call.last_parameter();
    if (model::is_valid_symbol(symbol)) return true;
    fail(call, 400, "INVALID_SYMBOL", "a symbol has 2 to 20 upper-case letters and digits");
    return false;
}

bool Api::read_key(Call& call) {
    const std::string_view standard = call.request.header("idempotency-key");
    const std::string_view extended = call.request.header("x-idempotency-key");
    const std::string_view key = standard.empty() ? extended : standard;
    if (key.empty()) {
        fail(call,
             400,
             "IDEMPOTENCY_KEY_REQUIRED",
             "send a header 'Idempotency-Key' with a fresh random text such as a UUID, and send "
             "the same one when you repeat this request: it is then never carried out twice");
        return false;
    }
    const bool agree = standard.empty() || extended.empty() || standard == extended;
    if (!agree || !model::is_valid_idempotency_key(key)) {
        fail(call,
             400,
             "INVALID_IDEMPOTENCY_KEY",
             agree ? "an idempotency key has 1 to 255 visible ASCII characters"
                   : "Idempotency-Key and X-Idempotency-Key differ; send one of them");
        return false;
    }
    call.key = model::IdempotencyKey(key);
    return true;
}

bool Api::read_if_match(Call& call, std::optional<std::uint64_t>& version) {
    std::string_view text = call.request.header("if-match");
    call.if_match = text;
    if (text.empty()) return true;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        fail(call,
             400,
             protocol::RequestError{.code = "INVALID_FIELD",
                                    .message = "If-Match must be the version that you saw",
                                    .field = "If-Match",
                                    .expected = "a whole number such as 3",
                                    .came = std::string(text.substr(0, 64))});
        return false;
    }
    call.if_match = std::to_string(value);
    version = value;
    return true;
}

model::Origin Api::origin_of(const Call& call, std::string_view canonical_body) const {
    // Y2. No part can hold a line's end, so parts cannot run into each other.
    std::string meaning(call.canonical_path);
    meaning.append("\n").append(canonical_body);
    if (!call.if_match.empty()) meaning.append("\nif-match ").append(call.if_match);
    const model::Hash hash = protocol::hash_of(meaning);
    return {call.owner, call.key, std::string(hash.begin(), hash.end())};
}

void Api::submit(Call& call, model::InputBody body) {
    const auto ticket = parts_.replies.add(std::move(call.respond), call.owner.text());
    parts_.runtime.submit({.body = std::move(body),
                           .ticket = ticket,
                           .request_id = std::move(call.request.request_id)},
                          call.now);
    parts_.wake();
}

void Api::place_order(Call& call) {
    const model::AccountId account = account_of(call);
    if (!check_path(call, "POST /api/accounts/" + account.text() + "/orders")) return;
    auto parsed = protocol::parse_place_order(call.request.body);
    if (!parsed) return fail(call, 400, parsed.error());
    model::PlaceOrder order = parsed.value().value;
    const auto* state = find_account(call);
    if (state == nullptr) return;
    order.account = account;
    // The account says which of the two instruments of this name is meant.
    order.instrument.market = state->account.market;
    order.origin = origin_of(call, parsed.value().canonical);
    submit(call, std::move(order));
}

void Api::cancel_order(Call& call) {
    const model::AccountId account = account_of(call);
    const std::string& id = call.last_parameter();
    if (!check_path(call, "DELETE /api/accounts/" + account.text() + "/orders/" + id)) return;
    model::CancelOrder cancel;
    if (!read_if_match(call, cancel.version)) return;
    if (auto parsed = protocol::parse_no_fields(call.request.body); !parsed) {
        return fail(call, 400, parsed.error());
    }
    if (!core::parse_client_order_id(id)) {
        return fail(call, 404, "ORDER_UNKNOWN", "there is no order of yours with this id");
    }
    if (find_account(call) == nullptr) return;
    cancel.account = account;
    cancel.order = model::ClientOrderId(id);
    cancel.origin = origin_of(call, {});
    submit(call, std::move(cancel));
}

void Api::close_position(Call& call) {
    const model::AccountId account = account_of(call);
    const std::string symbol = call.last_parameter();
    if (!check_path(call,
                    "POST /api/accounts/" + account.text() + "/positions/" + symbol + "/close")) {
        return;
    }
    if (!check_symbol(call)) return;
    model::ClosePosition close;
    if (!read_if_match(call, close.version)) return;
    if (auto parsed = protocol::parse_no_fields(call.request.body); !parsed) {
        return fail(call, 400, parsed.error());
    }
    const auto* state = find_account(call);
    if (state == nullptr) return;
    close.account = account;
    close.instrument = {state->account.market, model::Symbol(symbol)};
    close.origin = origin_of(call, {});
    submit(call, std::move(close));
}

void Api::set_leverage(Call& call) {
    const model::AccountId account = account_of(call);
    const std::string symbol = call.last_parameter();
    if (!check_path(
            call, "POST /api/accounts/" + account.text() + "/positions/" + symbol + "/leverage")) {
        return;
    }
    if (!check_symbol(call)) return;
    auto parsed = protocol::parse_set_leverage(call.request.body);
    if (!parsed) return fail(call, 400, parsed.error());
    model::SetLeverage command = parsed.value().value;
    if (!read_if_match(call, command.version)) return;
    const auto* state = find_account(call);
    if (state == nullptr) return;
    command.account = account;
    command.instrument = {state->account.market, model::Symbol(symbol)};
    command.origin = origin_of(call, parsed.value().canonical);
    submit(call, std::move(command));
}

void Api::open_account(Call& call) {
    if (!check_path(call, "POST /api/accounts")) return;
    auto parsed = protocol::parse_open_account(call.request.body);
    if (!parsed) return fail(call, 400, parsed.error());
    model::OpenAccount command = parsed.value().value;
    command.origin = origin_of(call, parsed.value().canonical);
    submit(call, std::move(command));
}

void Api::reset_account(Call& call) {
    const model::AccountId account = account_of(call);
    if (!check_path(call, "POST /api/accounts/" + account.text() + "/reset")) return;
    model::ResetAccount command;
    if (!read_if_match(call, command.version)) return;
    if (auto parsed = protocol::parse_no_fields(call.request.body); !parsed) {
        return fail(call, 400, parsed.error());
    }
    if (find_account(call) == nullptr) return;
    command.account = account;
    command.origin = origin_of(call, {});
    submit(call, std::move(command));
}

void Api::transfer(Call& call) {
    if (!check_path(call, "POST /api/transfers")) return;
    auto parsed = protocol::parse_transfer(call.request.body);
    if (!parsed) return fail(call, 400, parsed.error());
    model::TransferMoney command = parsed.value().value;
    command.origin = origin_of(call, parsed.value().canonical);
    submit(call, std::move(command));
}

}  // namespace botcore::shell::http
