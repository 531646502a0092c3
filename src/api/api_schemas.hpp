#pragma once

/// The schemas that all routes share: names, amounts, errors, and those of orders, accounts and
/// positions. Routes with bodies of their own add the schemas next to the routes.

#include "host/schema_table.hpp"

namespace botcore::api {

/// Names, amounts, enumerations and the error body.
void add_common_schemas(host::SchemaTable& schemas);
/// The short and the detailed health body; metrics have no schema.
void add_health_schemas(host::SchemaTable& schemas);
/// The operating mode and maintenance windows; health uses them too.
void add_maintenance_schemas(host::SchemaTable& schemas);
void add_reconcile_schemas(host::SchemaTable& schemas);
/// Users, tokens and the audit.
void add_auth_schemas(host::SchemaTable& schemas);
/// Orders, trades, accounts, positions, the journal.
void add_trading_schemas(host::SchemaTable& schemas);

}  // namespace botcore::api
