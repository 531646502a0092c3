#include "api/api_schemas.hpp"

#include "model/input.hpp"
#include "protocol/error_codes.hpp"

namespace botcore::api {

namespace {

void add_scalars(host::SchemaTable& schemas) {
    schemas.add_json("Amount", R"({"type":"string","pattern":"^-?[0-9]{1,16}(\\.[0-9]{1,8})?$",
        "description":"A decimal text; exact.","examples":["0.01"]})");
    schemas.add_json("PositiveAmount", R"({"type":["string","number"],
        "pattern":"^[0-9]{1,15}(\\.[0-9]{1,8})?$",
        "description":"A decimal above zero, a text or a number; its digits count as written.",
        "examples":["0.01"]})");
    schemas.add_json("Time", R"({"type":"string","format":"date-time",
        "pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$"})");
    schemas.add_json("TimeGiven", R"({"type":"string",
        "pattern":"^([0-9]{1,15}|[0-9-]{10}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?Z)$",
        "description":"ISO 8601 in UTC, or milliseconds since 1970.",
        "examples":["2026-11-23T11:53:00Z"]})");
    schemas.add_json("Number", R"({"type":"integer","minimum":0})");
    schemas.add_json("PageLimit", R"({"type":"integer","minimum":1,"maximum":1000,
        "default":100})");
    schemas.add_json("ShortPageLimit", R"({"type":"integer","minimum":1,"maximum":200,
        "default":100})");
    schemas.add_json("BookLimit", R"({"type":"integer","minimum":1,"maximum":1000,"default":20})");
    schemas.add_json("Hash", R"({"type":"string","pattern":"^[0-9a-f]{64}$"})");
    schemas.add_json("Symbol", R"({"type":"string","pattern":"^[A-Z0-9_.\\u0080-\\uffff-]{2,60}$",
        "examples":["BTCUSDT"]})");
    schemas.add_json("Asset", R"({"type":"string","pattern":"^[A-Z0-9_.\\u0080-\\uffff-]{2,60}$",
        "examples":["USDT"]})");
    schemas.add_json("AccountId", R"({"type":"string","pattern":"^[a-z0-9-]{1,32}$",
        "examples":["futures"]})");
    schemas.add_json("OrderId", R"({"type":"string","minLength":1,"maxLength":36,
        "description":"The client order id, created by the core."})");
    schemas.add_json("IdempotencyKey", R"({"type":"string","pattern":"^[!-~]{1,255}$",
        "examples":["6f1c0b1e-6a4f-4c0e-9a53-0c5d9d3f0b11"]})");
    schemas.add_json("RequestId", R"({"type":"string","pattern":"^[A-Za-z0-9_.-]{1,64}$"})");
    schemas.add_json("Level", R"({"type":"array","minItems":2,"maxItems":2,
        "items":{"$ref":"#/components/schemas/Amount"},"description":"Price and quantity."})");
}

void add_words(host::SchemaTable& schemas) {
    using namespace model;
    schemas.add_words("Exchange", "The exchange whose rules and prices a symbol has", {"binance"});
    schemas.add_words("Market", "Market of a symbol", {"spot", "futures"});
    schemas.add_enum<Side>("Side", "Side of an order");
    schemas.add_enum<OrderType>("OrderType", "Order type");
    schemas.add_enum<TimeInForce>("TimeInForce", "Time in force");
    schemas.add_enum<OrderReason>("Reason", "Why an order was refused, rejected or ended");
    schemas.add_enum<OrderRole>("OrderRole", "Purpose of an order");
    schemas.add_enum<OrderState>("OrderState", "State of an order in the journal");
    schemas.add_enum<CancelState>("CancelState", "State of a cancel");
    schemas.add_enum<AccountState>("AccountState", "FROZEN: cancels and exits only");
    schemas.add_enum<AccountKind>("AccountKind", "Kind of an account");
    schemas.add_enum<InstrumentStatus>("SymbolStatus", "Whether the instrument is trading");
    schemas.add_enum<MarketSource>("MarketSource", "Where prices come from");
    schemas.add_enum<ClockState>("ClockState", "Whether the clock is trusted");
    schemas.add_enum<StorageState>("StorageState",
                                   "RESERVE: the disk is nearly full; BEHIND: records are missing; "
                                   "UNCONFIRMED: the archive has not responded yet");
    schemas.add_words("OrderStatus",
                      "State of an order, in the exchange's terms where it has them",
                      {"PENDING",
                       "NEW",
                       "PARTIALLY_FILLED",
                       "FILLED",
                       "CANCELED",
                       "EXPIRED",
                       "REJECTED",
                       "REFUSED",
                       "UNKNOWN",
                       "ABSENT",
                       "QUEUED"});
    schemas.add_words("OrderFilter", "Selection of orders", {"open", "failed", "all"});
    schemas.add_words("PositionSide", "Direction of a position", {"LONG", "SHORT", "FLAT"});
}

void add_errors(host::SchemaTable& schemas) {
    std::vector<std::string_view> codes;
    for (const auto& row : protocol::error_codes())
        codes.push_back(row.code);
    schemas.add_words("ErrorCode", "A stable code for each cause", codes);
    schemas.add_object("ErrorDetails",
                       "Further details; only `retries` is always present",
                       "retries:Number exchange_code?:integer last_error?:text next_step?:text "
                       "field?:text expected?:text "
                       "came?:text order_id?:OrderId order?:text status?:OrderStatus "
                       "status_link?:text version?:Number cancels?:[OrderId] exits?:[OrderId] "
                       "failed?:[FailedExit] deferred?:[Symbol]");
    schemas.add_object("ErrorBody",
                       "`message` says what was expected, what was received and what to do next",
                       "code:ErrorCode message:text details:ErrorDetails request_id:RequestId "
                       "timestamp:Time");
    schemas.add_object("Error", "The body of every error", "error:ErrorBody");
}

void add_orders(host::SchemaTable& schemas) {
    schemas.add_object("Order",
                       "An order and its state",
                       "order_id:OrderId account:AccountId exchange:Exchange market:Market "
                       "symbol:Symbol side:Side "
                       "type:OrderType time_in_force:TimeInForce reduce_only:boolean "
                       "quantity:Amount price:Amount? status:OrderStatus cancel_pending:boolean "
                       "executed_quantity:Amount executed_price:Amount? executed_notional:Amount "
                       "reserved:Amount reserved_asset:text reason:Reason? reason_text:text "
                       "exchange_order_id:text idempotency_key:text created_at:Time "
                       "updated_at:Time sequence:Number version:Number stop_price:Amount? "
                       "role:OrderRole parent:text? number:text stop_loss:Amount? "
                       "take_profit:Amount? trailing:Trailing? queued_until:Time? "
                       "cancelled_reason:text?");
    schemas.add_object("CancelOrder",
                       "The reason; with it, a failed order can be abandoned as well",
                       "reason?:text");
    schemas.add_object("Trailing",
                       "How a stop follows the price",
                       "activation:Amount distance:Amount best_price:Amount? starts_at:Amount?");
    schemas.add_object(
        "PendingOrder", "Order", "An order whose outcome is still open", "status_link:text");
    schemas.add_object("OrderPage",
                       "Orders, newest first; `next_before` leads to the next page",
                       "orders:[Order] next_before:Number?");
    schemas.add_object(
        "Trade",
        "One fill of an order",
        "trade_id:Number order_id:OrderId account:AccountId exchange:Exchange market:Market "
        "symbol:Symbol side:Side price:Amount quantity:Amount commission:Amount "
        "commission_asset:Asset maker:boolean realized_pnl:Amount time:Time "
        "sequence:Number");
    schemas.add_object("QueueWish",
                       "The worst price, and when the close expires",
                       "limit_price:Amount until:Time");
    schemas.add_object("ClosePosition",
                       "With `queue` the close may wait for the end of a maintenance window",
                       "exchange?:Exchange queue?:QueueWish");
    schemas.add_object("CancelAll",
                       "Without fields: every order except the stops of open positions",
                       "symbol?:Symbol exchange?:Exchange protective?:boolean");
    schemas.add_object("FailedExit",
                       "An exit that ended before it had closed its whole quantity",
                       "order_id:OrderId symbol:Symbol state:OrderState quantity:Amount "
                       "executed_quantity:Amount code:Reason message:text "
                       "exchange_code:integer?");
    schemas.add_object("OrdersTouched",
                       "Orders whose cancels were sent; exits, including earlier ones that are "
                       "still in progress: all of them, those that have not ended (202), and those "
                       "that failed; and the symbols whose positions are closed within the "
                       "next seconds, because one request places at most 64 exits",
                       "account:AccountId cancels:[OrderId] exits:[OrderId] pending:[OrderId] "
                       "failed:[FailedExit] deferred:[Symbol]");
    schemas.add_object("TradePage",
                       "Trades, newest first; `next_before` leads to the next page",
                       "trades:[Trade] next_before:Number?");
    schemas.add_object("Attempt",
                       "One attempt to send an order, with its validity window",
                       "number:Number time:Time window_ms:Number");
    schemas.add_object("StoryStep",
                       "One record that affected an order",
                       "sequence:Number time:Time kind:text text:text state:OrderState "
                       "cancel:CancelState executed_quantity:Amount reserved:Amount "
                       "version:Number attempt:Attempt? trades:[Trade] epoch:Number hash:Hash");
    schemas.add_object("OrderStory", "The history of an order", "order:Order story:[StoryStep]");
    schemas.add_object("TrailingWish",
                       "Parts of the price: \"0.02\" is 2 percent",
                       "activation:PositiveAmount distance:PositiveAmount");
    schemas.add_json("OrderTypeWish", R"({"type":"string","enum":["MARKET","LIMIT","STOP_MARKET",
        "STOP","TAKE_PROFIT_MARKET","TAKE_PROFIT","STOP_LOSS","STOP_LOSS_LIMIT",
        "TAKE_PROFIT_LIMIT"],"default":"MARKET","description":
        "The futures market's or the spot market's name of the type."})");
    schemas.add_object("PlaceOrder",
                       "`price` and `time_in_force` belong to types with a limit, `stop_price` to "
                       "stops and take profits; `stop_loss`, `take_profit` and `trailing` are "
                       "attached to the position that the order opens",
                       "symbol:Symbol exchange?:Exchange side:Side quantity:PositiveAmount "
                       "type?:OrderTypeWish "
                       "price?:PositiveAmount time_in_force?:TimeInForce reduce_only?:boolean "
                       "stop_price?:PositiveAmount stop_loss?:PositiveAmount "
                       "take_profit?:PositiveAmount trailing?:TrailingWish");
    schemas.set_example("PlaceOrder",
                        R"({"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.01"})");
}

void add_accounts(host::SchemaTable& schemas) {
    schemas.add_object("AccountRow",
                       "An account",
                       "account:AccountId owner:text market:Market kind:AccountKind "
                       "state:AccountState frozen_reason:Reason? quote_asset:Asset "
                       "initial_deposit:Amount created_at:Time version:Number");
    schemas.add_object("Books",
                       "The books that a balance consists of",
                       "cash:Amount reserved:Amount margin:Amount fees:Amount funding:Amount "
                       "realized_profit:Amount external:Amount exchanged:Amount rounding:Amount");
    schemas.add_object("Balance",
                       "An account's balance of an asset",
                       "asset:Asset total:Amount cash:Amount reserved:Amount margin:Amount "
                       "books:Books version:Number");
    schemas.add_object(
        "AccountView",
        "AccountRow",
        "An account with its figures; null where a price is missing",
        "balances:[Balance] total_balance:Amount available_balance:Amount "
        "reserved_balance:Amount used_margin:Amount maintenance_margin:Amount "
        "unrealized_pnl:Amount? holdings_value:Amount? total_equity:Amount? margin_level:Amount? "
        "symbols_without_price:[Symbol] positions_count:Number open_orders_count:Number "
        "can_trade:boolean cooldown_until:Time? "
        "reconciled:boolean max_leverage:Amount source:MarketSource as_of:Time? age_ms:integer "
        "stale:boolean");
    schemas.add_list("AccountList", "AccountView");
    schemas.add_object("Transfer",
                       "A transfer from one account to another",
                       "from:AccountId to:AccountId asset:Asset amount:Amount");
    schemas.add_object("OpenAccount",
                       "A new paper account",
                       "account:AccountId market:Market deposit:Amount asset?:Asset");
    schemas.set_example("OpenAccount",
                        R"({"account":"second","market":"futures","deposit":"10000"})");
    schemas.add_object("TransferMoney",
                       "A transfer of available money between two of the caller's accounts",
                       "from:AccountId to:AccountId amount:PositiveAmount asset?:Asset");
    schemas.set_example("TransferMoney", R"({"from":"spot","to":"futures","amount":"100"})");
}

void add_positions(host::SchemaTable& schemas) {
    schemas.add_object(
        "Position",
        "A position, also if it is flat",
        "account:AccountId exchange:Exchange market:Market symbol:Symbol side:PositionSide "
        "quantity:Amount entry_price:Amount? cost:Amount margin:Amount "
        "leverage:Amount realized_pnl:Amount opened_at:Time? updated_at:Time "
        "version:Number round_pnl:Amount unprotected:Amount protect_by:Time?");
    schemas.add_object("PositionView",
                       "Position",
                       "A position with its market values",
                       "current_price:Amount? unrealized_pnl:Amount? liquidation_price:Amount? "
                       "price_age_ms:integer source:MarketSource as_of:Time? age_ms:integer "
                       "stale:boolean");
    schemas.add_list("PositionList", "PositionView");
    schemas.add_json("Leverage", R"({"type":["string","integer"],"minimum":1,
        "pattern":"^[0-9]{1,3}$","description":"A whole number, at least 1.","examples":["10"]})");
    schemas.add_object(
        "SetLeverage", "The symbol's new leverage", "leverage:Leverage exchange?:Exchange");
    schemas.set_example("SetLeverage", R"({"leverage":"10"})");
}

}  // namespace

void add_common_schemas(host::SchemaTable& schemas) {
    add_scalars(schemas);
    add_words(schemas);
    add_errors(schemas);
}

void add_trading_schemas(host::SchemaTable& schemas) {
    add_orders(schemas);
    add_accounts(schemas);
    add_positions(schemas);
    schemas.add_object("JournalRecord",
                       "One journal record as stored; `botctl` explains it",
                       "sequence:Number epoch:Number time_us:integer exchange_time_us:integer "
                       "monotonic_time_us:integer kind:text clock:ClockState "
                       "storage:StorageState input:object changes:[object] postings:[object] "
                       "prior_hash:Hash hash:Hash");
    schemas.add_object("JournalPage",
                       "Records, oldest first; `next_from` leads to the next page",
                       "records:[JournalRecord] next_from:Number head_sequence:Number?");
}

}  // namespace botcore::api
