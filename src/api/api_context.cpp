#include "api/api_context.hpp"

#include "api/audited_commands.hpp"
#include "api/read_retries.hpp"
#include "base/whole_number.hpp"
#include "core/orders/find_order.hpp"
#include "host/route_table.hpp"
#include "model/default_account.hpp"
#include "protocol/journal.hpp"
#include "services/audit/audit_journal.hpp"
#include "services/users/operator_token.hpp"

#include <algorithm>

namespace botcore::api {

namespace {

bool read_key(host::RequestContext& call) {
    const std::string_view standard = call.request.header("idempotency-key");
    const std::string_view extended = call.request.header("x-idempotency-key");
    const std::string_view key = standard.empty() ? extended : standard;
    if (key.empty()) {
        call.fail(400,
                  "IDEMPOTENCY_KEY_REQUIRED",
                  "send a header 'Idempotency-Key' with a new random text such as a UUID, and send "
                  "the same one when you repeat this request: it is then never executed twice");
        return false;
    }
    const bool agree = standard.empty() || extended.empty() || standard == extended;
    if (!agree || !model::is_valid_idempotency_key(key)) {
        call.fail(400,
                  "INVALID_IDEMPOTENCY_KEY",
                  agree ? "an idempotency key must have 1 to 255 visible ASCII characters"
                        : "Idempotency-Key and X-Idempotency-Key differ; send one of them");
        return false;
    }
    call.key = model::IdempotencyKey(key);
    return true;
}

}  // namespace

bool ApiContext::begin_command(host::RequestContext& call, std::string_view canonical_path) const {
    call.canonical_path = canonical_path;
    return read_key(call);
}

protocol::ReadSymbol ApiContext::symbols() const {
    return [this](std::string_view text) -> std::optional<model::Symbol> {
        const auto& instruments = runtime.state().instruments;
        auto exact = protocol::read_exact_symbol(text);
        for (const model::Market each : {model::Market::Futures, model::Market::Spot}) {
            if (exact && instruments.contains({each, *exact})) return exact;
        }
        for (const auto& [id, instrument] : instruments) {
            if (model::is_named(instrument, text)) return id.symbol;
        }
        return exact;  // That no such instrument exists is reported later.
    };
}

bool ApiContext::check_symbol(host::RequestContext& call) const {
    const std::string& symbol = call.parameter("symbol");
    if (model::is_valid_symbol(symbol)) return true;
    call.fail(400, "INVALID_SYMBOL", "write the symbol as the exchange lists it, such as BTCUSDT");
    return false;
}

bool ApiContext::read_if_match(host::RequestContext& call,
                               std::optional<std::uint64_t>& version) const {
    std::string_view text = call.request.header("if-match");
    call.if_match = text;
    if (text.empty()) return true;
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
    }
    version = base::whole_number<std::uint64_t>(text);
    if (!version) {
        call.fail(
            400,
            protocol::RequestError{.code = "INVALID_FIELD",
                                   .message = "If-Match must be the version that you have read",
                                   .field = "If-Match",
                                   .expected = "a whole number such as 3",
                                   .received = std::string(text.substr(0, 64))});
        return false;
    }
    call.if_match = std::to_string(*version);
    return true;
}

bool ApiContext::read_no_fields(host::RequestContext& call) const {
    const auto parsed = protocol::parse_no_fields(call.request.body);
    if (!parsed) call.fail(400, parsed.error());
    return parsed.has_value();
}

model::Origin ApiContext::origin_of(const host::RequestContext& call,
                                    std::string_view canonical_body) const {
    // Y2. No part can contain a newline, so the joined parts are unambiguous.
    std::string meaning(call.canonical_path);
    meaning.append("\n").append(canonical_body);
    if (!call.if_match.empty()) meaning.append("\nif-match ").append(call.if_match);
    const model::Hash hash = protocol::hash_of(meaning);
    return {
        call.caller.owner,
        call.key,
        std::string(hash.begin(), hash.end()),
        call.caller.role == host::Role::Operator ? model::Authority::All : model::Authority::Own};
}

/// Records an operator's command in the audit once its outcome is known. A replayed response is not
/// recorded again.
void ApiContext::audit(host::RequestContext& call, const model::InputBody& body) const {
    if (call.caller.role != host::Role::Operator) return;
    model::Owner owner;
    if (const auto* account = api::account_of(body)) {
        const auto& accounts = runtime.state().accounts;
        const auto place = accounts.find(*account);
        if (place != accounts.end()) owner = place->second.account.owner;
    }
    auto action = audited_command(call.caller, body, owner);
    if (!action) return;
    call.respond = [this,
                    action = std::move(*action),
                    actor = call.caller.owner,
                    request_id = call.request.request_id,
                    respond = std::move(call.respond)](net::HttpResponse response) {
        const bool repeated =
            std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
                return header.first == "Idempotent-Replayed";
            });
        if (!repeated) {
            const std::string_view outcome = response.status == 202   ? "pending"
                                             : response.status >= 400 ? "refused"
                                                                      : "ok";
            std::string detail = action.detail;
            if (response.status >= 400) {
                detail += (detail.empty() ? "" : ": ") + response.error_code;
            }
            acts.record({.actor = actor,
                         .action = action.action,
                         .subject = action.subject,
                         .outcome = outcome,
                         .detail = std::move(detail),
                         .request_id = request_id});
        }
        respond(std::move(response));
    };
}

void ApiContext::submit(host::RequestContext& call, model::InputBody body) const {
    audit(call, body);
    const auto handle =
        replies.add(std::move(call.respond), call.caller.name, std::move(call.headers));
    runtime.submit({.body = std::move(body),
                    .handle = handle,
                    .request_id = std::move(call.request.request_id),
                    .deadline = call.deadline},
                   call.now);
    wake();
}

void ApiContext::store_failed(host::RequestContext& call, ports::StoreError error) const {
    if (call.tries.retries > 0) metrics.count("retry_attempts_total", {"store", "failure"});
    call.tries.last_error = error == ports::StoreError::TimedOut
                                ? "a read of the store took too long"
                                : "the store could not be read";
    if (error == ports::StoreError::TimedOut) {
        metrics.count("timeouts_total", {"database_query"});
        return call.fail(504,
                         "STORE_TIMEOUT",
                         "the read took longer than store.query_timeout_seconds and was "
                         "interrupted; request less data, for example with a smaller limit");
    }
    std::optional<model::Duration> wait;
    if (error == ports::StoreError::Unavailable && after != nullptr && read_retries != nullptr)
        wait = read_retries->begin(call.tries.retries, call.deadline, now().monotonic);
    if (!wait) {
        return call.fail(
            503, "SERVICE_UNAVAILABLE", "the store could not be read; try again shortly");
    }
    const std::uint32_t retry = call.tries.retries + 1;  // Counted from 1.
    log.event(observability::LogEvent::Retry,
              "a read of the store failed and is tried again",
              {{"request_id", call.request.request_id},
               {"operation", std::string(call.row->method) + " " + std::string(call.row->pattern)},
               {"attempt", std::int64_t{retry}},
               {"delay_ms", wait->in_milliseconds()}});
    call.tries.retries = retry;
    if (retry == 1) {
        // Every response to the call passes through here.
        call.respond = [this, respond = std::move(call.respond)](net::HttpResponse response) {
            if (response.status < 500) metrics.count("retry_attempts_total", {"store", "success"});
            respond(std::move(response));
        };
    }
    auto waiting = std::make_shared<host::RequestContext>(std::move(call));
    after(*wait, [this, waiting] {
        read_retries->ended();
        waiting->now = now();
        waiting->row->handler(*waiting);
    });
}

bool ApiContext::running(host::RequestContext& call) const {
    switch (runtime.status()) {
        case runtime::Status::Running:
            return true;
        case runtime::Status::Down:
            call.fail(
                503, "SERVICE_UNAVAILABLE", "the store cannot be reached now; try again shortly");
            return false;
        case runtime::Status::Fenced:
            call.fail(503,
                      "NOT_THE_WRITER",
                      "another process has taken over this journal; send the request to it");
            return false;
    }
    return false;
}

model::AccountId ApiContext::account_of(const host::RequestContext& call) const {
    if (call.has_parameter("account")) return model::AccountId(call.parameter("account"));
    return call.caller.owner == users::operator_owner()
               ? options.account_default
               : model::default_account(call.caller.owner, model::Market::Futures);
}

bool may_see(const host::Caller& caller, const model::Owner& owner) {
    return caller.owner == owner || caller.role == host::Role::Operator;
}

const core::AccountState* ApiContext::find_account(host::RequestContext& call) const {
    if (!running(call)) return nullptr;
    const model::AccountId id = account_of(call);
    const auto& accounts = runtime.state().accounts;
    const auto place = accounts.find(id);
    if (place != accounts.end() && may_see(call.caller, place->second.account.owner)) {
        return &place->second;
    }
    call.fail(404, "ACCOUNT_UNKNOWN", "you have no account with this name");
    return nullptr;
}

ports::StoreResult<std::optional<model::Order>> ApiContext::order_named(
    const model::ClientOrderId& id, const model::AccountId* account) const {
    std::optional<model::Order> named;
    if (const auto number = core::number_of(id)) {
        const auto found = TRY(reader.find_order(*number));
        const bool fits = found && found->order.id == id &&
                          (account == nullptr || found->order.account == *account);
        if (fits) named = found->order;
    }
    if (named) return named;
    for (const auto& [name, state] : runtime.state().accounts) {
        if (account != nullptr && name != *account) continue;
        const auto imported =
            TRY(reader.orders({.account = name, .symbol = std::nullopt, .imported_as = id}));
        if (!imported.empty()) return std::optional(imported.front());
    }
    return named;
}

model::Quote ApiContext::quote_of(const model::InstrumentId& instrument) const {
    model::Quote quote = market.quote(instrument, model::Side::Buy, {});
    quote.instrument = instrument;
    return quote;
}

}  // namespace botcore::api
