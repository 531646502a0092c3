#include "api/recovery_routes.hpp"

#include "base/time_text.hpp"
#include "observability/redact.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <utility>

namespace botcore::api {

namespace json = boost::json;

using health::Recovery;
using health::RecoveryLog;

namespace {

constexpr std::uint64_t kLimitDefault = 100;

void add_schemas(host::SchemaTable& schemas) {
    schemas.add_words("RecoveryMechanism",
                      "What recovered: the process started and restored its state, it loaded its "
                      "state from the store again, or it connected to the remote cache again",
                      {"restart", "reload", "cache_reconnect"});
    schemas.add_words("RecoveryResult", "Whether the attempt succeeded", {"success", "failure"});
    schemas.add_object("Recovery",
                       "An attempt to recover. Attempts count from 1 after each success. The "
                       "duration of a reconnection is the time since the connection was lost",
                       "number:Number time:Time mechanism:RecoveryMechanism attempt:Number "
                       "result:RecoveryResult duration_ms:Number text:text");
    schemas.add_object("Recoveries", "Recoveries, the newest first", "recoveries:[Recovery]");
}

json::object recovery_json(const Recovery& recovery) {
    json::object object;
    object["number"] = recovery.number;
    object["time"] = base::to_iso8601(recovery.time);
    object["mechanism"] = to_text(recovery.mechanism);
    object["attempt"] = recovery.attempt;
    object["result"] = recovery.succeeded ? "success" : "failure";
    object["duration_ms"] = recovery.duration.in_milliseconds();
    object["text"] = observability::redact(recovery.text);
    return object;
}

}  // namespace

void RecoveryRoutes::add_to(host::RouteTable& table) {
    add_schemas(table.schemas());
    table.add({.pattern = "/api/recoveries",
               // They matter most when the store does not respond or too many requests arrive.
               .purpose = host::Purpose::Admin,
               .without_store = true,
               .handler = [this](host::RequestContext& call) { list(call); },
               .tag = "monitoring",
               .summary = "Restarts, reloads and reconnections, the newest first",
               .query = {{"limit", "PageLimit", "The largest number of items to return"}},
               .response = "Recoveries"});
}

void RecoveryRoutes::list(host::RequestContext& call) {
    host::QueryReader query(call);
    const std::uint64_t limit =
        query.number("limit", kLimitDefault, {1, RecoveryLog::kRecoveriesMax});
    if (query.error()) return call.fail(400, *query.error());
    const auto& all = log_.recoveries();
    json::array recoveries;
    for (auto it = all.rbegin(); it != all.rend() && recoveries.size() < limit; ++it)
        recoveries.push_back(recovery_json(*it));
    json::object body;
    body["recoveries"] = std::move(recoveries);
    call.send(std::move(body));
}

}  // namespace botcore::api
