#pragma once

/// What commands about accounts and their money do, and how a writer's term begins. A command is
/// answered in the record that takes it, except where the exchange has the last word.

#include "core/transaction.hpp"

namespace botcore::core {

/// Everything sent and not answered becomes Unknown; every account is compared with its exchange.
void start_epoch(Transaction& transaction, const model::StartEpoch& body);
void open_account(Transaction& transaction, const model::OpenAccount& body);
void set_leverage(Transaction& transaction, const model::SetLeverage& body);
void transfer_money(Transaction& transaction, const model::TransferMoney& body);
void reset_account(Transaction& transaction, const model::ResetAccount& body);

/// Entries are taken again, and a new streak of losses begins.
void end_cooldown(model::RiskState& risk);

}  // namespace botcore::core
