#include "api/api_schemas.hpp"
#include "model/operating.hpp"
#include "operations/degraded_mode.hpp"
#include "operations/health.hpp"

namespace botcore::api {

namespace {

void add_checks(host::SchemaTable& schemas) {
    schemas.add_words("HealthStatus", "State of a component", {"healthy", "degraded", "unhealthy"});
    schemas.add_object(
        "DatabaseCheck", "The store", "status:HealthStatus latency_ms:integer? connected:boolean");
    schemas.add_object("ExchangeCheck",
                       "The exchange",
                       "status:HealthStatus kind:text latency_ms:integer? last_success:Time?");
    schemas.add_object("CacheCheck",
                       "The cache; `kind` is `in_process` where no Redis is configured",
                       "status:HealthStatus kind:text latency_ms:integer? message:text");
    schemas.add_object(
        "WebsocketCheck", "Streams to callers", "status:HealthStatus active_connections:Number");
    schemas.add_object("MarketCheck",
                       "Market data; `age_ms` is the oldest price's",
                       "status:HealthStatus age_ms:integer? source:MarketSource");
    schemas.add_object("PlainCheck", "A component without further details", "status:HealthStatus");
    std::string checks;
    for (const auto& row : operations::dependencies()) {
        using operations::Dependency;
        const std::string_view shape = row.dependency == Dependency::Database    ? "DatabaseCheck"
                                       : row.dependency == Dependency::Exchange  ? "ExchangeCheck"
                                       : row.dependency == Dependency::Cache     ? "CacheCheck"
                                       : row.dependency == Dependency::WebSocket ? "WebsocketCheck"
                                       : row.dependency == Dependency::Market    ? "MarketCheck"
                                                                                 : "PlainCheck";
        checks.append(row.name).append("?:").append(shape).append(" ");
    }
    schemas.add_object("HealthChecks", "The components in use", checks);
}

}  // namespace

void add_health_schemas(host::SchemaTable& schemas) {
    add_checks(schemas);
    schemas.add_object(
        "HealthFrame",
        "`status` is the process's own, `overall_status` follows from the components",
        "status:HealthStatus version:text timestamp:Time uptime_seconds:Number "
        "overall_status:HealthStatus");
    schemas.add_object(
        "Health", "HealthFrame", "The process and its components", "checks:HealthChecks");
    schemas.add_object("HealthDependency",
                       "All details of one component",
                       "name:text critical:boolean optional:boolean weight:text status:text "
                       "message:text kind?:text age_ms:integer? latency_ms:integer? "
                       "last_success:Time?");
    schemas.add_object("DegradedMode",
                       "A degraded mode, its effect and its runbook",
                       "mode:text sign:text runbook:text");
    schemas.add_object("Uptime",
                       "Availability over a number of days, without and with planned maintenance; "
                       "`down_seconds` contain `emergency_seconds`, and degraded time counts as up "
                       "except in `fully_functional_percent`",
                       "days:Number up_seconds:Number degraded_seconds:Number down_seconds:Number "
                       "emergency_seconds:Number planned_seconds:Number stopped_seconds:Number "
                       "availability_percent:Amount availability_with_planned_percent:Amount "
                       "fully_functional_percent:Amount target_percent:Amount "
                       "budget_seconds:integer budget_left_seconds:integer outages:Number "
                       "mtbf_seconds:Number? mttr_seconds:Number?");
    schemas.add_object(
        "UptimeMonth", "Uptime", "Availability in a calendar month (UTC)", "month:text");
    schemas.add_object("ServiceUptime",
                       "Availability of a service in use, against its own target",
                       "service:text target_percent:Amount uptime:[Uptime] months:[UptimeMonth]");
    schemas.add_object("HealthDetails",
                       "HealthFrame",
                       "All components, with degraded modes, durability, maintenance and uptime",
                       "dependencies:[HealthDependency] degraded_modes:[DegradedMode] "
                       "durability:text maintenance:MaintenanceView? uptime:[Uptime] "
                       "services:[ServiceUptime]");
    schemas.add_object("Ready",
                       "Whether the process is ready, and if not, why",
                       "status:text reason?:text timestamp:Time");
    schemas.add_object("Live", "alive", "status:text timestamp:Time");
    schemas.add_object("Pong", "A minimal response", "pong:boolean timestamp:Time");
}

void add_maintenance_schemas(host::SchemaTable& schemas) {
    schemas.add_enum<model::OperatingMode>("OperatingMode",
                                           "Operating mode: which commands are accepted");
    schemas.add_enum<model::WindowState>("WindowState", "State of a maintenance window");
    schemas.add_object("OperatingState",
                       "The operating mode and since when it applies",
                       "mode:OperatingMode since:Time until:Time? text:text version:Number");
    schemas.add_object("MaintenanceWindow",
                       "A maintenance window",
                       "window:Number begin:Time end:Time state:WindowState emergency:boolean "
                       "text:text updated_at:Time version:Number");
    schemas.add_object("MaintenanceView",
                       "The mode, the banner and the most important window",
                       "operating:OperatingState banner:text? window:MaintenanceWindow?");
    schemas.add_object("UsualWindow", "The time of the next usual window", "begin:Time end:Time");
    schemas.add_object("Maintenance",
                       "MaintenanceView",
                       "The mode, the banner and all windows",
                       "windows:[MaintenanceWindow] usual_window:UsualWindow");
    schemas.add_json("Minutes", R"({"type":["string","integer"],"minimum":1,
        "pattern":"^[0-9]{1,4}$","description":"A whole number, at least 1."})");
    schemas.add_object("MaintenanceWish",
                       "Without `begin`: the next usual window with the usual notice",
                       "begin?:Time minutes?:Minutes emergency?:boolean text?:text");
    schemas.add_object(
        "MaintenanceNow", "The expected duration and the reason", "minutes?:Minutes text?:text");
    schemas.add_object("MaintenanceEnd", "Whether entries are accepted gradually", "ramp?:boolean");
}

void add_reconcile_schemas(host::SchemaTable& schemas) {
    schemas.add_words("ComparisonStatus",
                      "Whether both sides agree; PENDING until the first comparison of a term",
                      {"OK", "MISMATCH", "PENDING"});
    schemas.add_object("ComparedBalance",
                       "Our balance of an asset, and the exchange's",
                       "asset:Asset ours:Amount exchange:Amount status:ComparisonStatus");
    schemas.add_object("ComparedPosition",
                       "Our position and the exchange's; negative is short",
                       "symbol:Symbol ours:Amount ours_cost:Amount exchange:Amount "
                       "exchange_cost:Amount status:ComparisonStatus");
    schemas.add_object("ComparedOrder",
                       "A live order; MISMATCH for one that was missing from our journal",
                       "order_id:OrderId symbol:Symbol side:Side role:OrderRole state:text "
                       "status:ComparisonStatus");
    schemas.add_object("Reconciliation",
                       "The newest comparison of an account with its exchange",
                       "account:AccountId owner:text market:Market state:AccountState "
                       "frozen_reason:Reason? status:ComparisonStatus compared_at:Time? "
                       "confirmed:boolean reason:text? action:text? balances:[ComparedBalance] "
                       "positions:[ComparedPosition] orders:[ComparedOrder]");
    schemas.add_list("ReconciliationList", "Reconciliation");
    schemas.add_object(
        "ComparisonAsked",
        "The accounts that are being compared; their `compared_at` advances when it is done",
        "asked_at:Time accounts:[AccountId]");
    schemas.add_object("AdoptBooks",
                       "`asset`, `seen` and `total`; or `symbol`, `seen`, `quantity` and `cost`. "
                       "`seen` is our figure as the report showed it",
                       "asset?:Asset symbol?:Symbol seen:Amount total?:Amount quantity?:Amount "
                       "cost?:Amount text:text");
    schemas.add_json("Adopted",
                     R"({"anyOf":[{"$ref":"#/components/schemas/AccountRow"},
        {"$ref":"#/components/schemas/Position"}]})");
    schemas.add_object(
        "AccountStateWish", "The new state, and the reason", "state:AccountState text:text");
    schemas.add_words("ConsistencyResult",
                      "incomplete: a step could not be done, and no other step found a difference",
                      {"consistent", "inconsistent", "incomplete"});
    schemas.add_object("ConsistencyReport",
                       "What a consistency check found: lines of text, at most 16 KiB",
                       "result:ConsistencyResult report:text");
    schemas.set_example("ConsistencyReport",
                        R"({"result":"consistent","report":"step 1: passed"})");
    schemas.add_object(
        "ConsistencyReported", "The result that was published", "result:ConsistencyResult");
}

void add_auth_schemas(host::SchemaTable& schemas) {
    schemas.add_words("Role",
                      "Each role may do everything that the roles before it may",
                      {"viewer", "trader", "operator"});
    schemas.add_json("Email", R"({"type":"string","maxLength":254})");
    schemas.add_json("Password", R"({"type":"string","writeOnly":true})");
    schemas.add_object("User",
                       "A user; the operator's token has no address",
                       "id:text email:Email? name:text role:Role active:boolean created_at:Time? "
                       "version:Number");
    schemas.add_object(
        "UserPage", "Users; `next_after` leads to the next page", "users:[User] next_after:text?");
    schemas.add_object("Session",
                       "A token, without its secret",
                       "id:text name:text token_ending:text created_at:Time expires_at:Time "
                       "current:boolean");
    schemas.add_list("SessionList", "Session");
    schemas.add_object("LoggedIn",
                       "The new token; it is shown only once",
                       "token:text expires_at:Time session:Session user:User");
    schemas.add_object(
        "TokenCheck", "Whose token it is", "valid:boolean user:text role:Role expires_at:Time?");
    schemas.add_object("Done", "The command was executed", "done:boolean");
    schemas.add_object("NewUser",
                       "A new user; only an operator may choose another role than trader",
                       "email:Email name:text password:Password role?:Role");
    schemas.add_object(
        "Login", "An address and its password", "email:Email password:Password name?:text");
    schemas.add_object("PasswordChange",
                       "The current password and the new one",
                       "current_password:Password new_password:Password");
    schemas.add_object("PasswordSet", "The new password", "password:Password");
    schemas.add_object("ProfileChange", "The fields to change", "name?:text email?:Email");
    schemas.add_object("RoleChange", "The new role", "role:Role");
    schemas.add_object("Act",
                       "An audit event: what was done and by whom",
                       "sequence:Number time:Time actor:text? act:text subject:text? outcome:text "
                       "detail:text request_id:text");
    schemas.add_object("ActPage",
                       "Audit events, newest first; `next_before` leads to the next page",
                       "acts:[Act] next_before:Number?");
}

}  // namespace botcore::api
