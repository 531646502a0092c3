#pragma once

/// The shapes that all doors share: names, amounts, errors; and those of orders, accounts and
/// positions. A door with bodies of its own adds them beside its routes.

#include "shell/http/schema_table.hpp"

namespace botcore::shell::http {

/// Names, amounts, words and the error body.
void add_common_schemas(SchemaTable& schemas);
/// Orders, trades, accounts, positions, the journal.
void add_trading_schemas(SchemaTable& schemas);

}  // namespace botcore::shell::http
