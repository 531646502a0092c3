#pragma once

/// The shapes that all doors share: names, amounts, errors; and those of orders, accounts and
/// positions. A door with bodies of its own adds them beside its routes.

#include "shell/http/schema_table.hpp"

namespace botcore::shell::http {

/// Names, amounts, words and the error body.
void add_common_schemas(SchemaTable& schemas);
/// Health, in short and in full; metrics have no schema.
void add_health_schemas(SchemaTable& schemas);
/// The operating mode and maintenance windows. Health uses them too.
void add_maintenance_schemas(SchemaTable& schemas);
void add_reconcile_schemas(SchemaTable& schemas);
/// Users, tokens and the audit.
void add_auth_schemas(SchemaTable& schemas);
/// Orders, trades, accounts, positions, the journal.
void add_trading_schemas(SchemaTable& schemas);

}  // namespace botcore::shell::http
