#pragma once

/// Reads one record of the journal and decodes it.

#include "model/record.hpp"
#include "ports/store.hpp"

namespace botcore::runtime {

/// Fails with StoreError::Corrupt when the journal has no such record or the record cannot be
/// decoded.
///
/// Threads: the threads that may use `reader`.
[[nodiscard]] ports::StoreResult<model::Record> record_at(ports::StoreReader& reader,
                                                          model::Sequence sequence);

}  // namespace botcore::runtime
