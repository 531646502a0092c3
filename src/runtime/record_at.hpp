#pragma once

/// One record of the journal, decoded.

#include "model/record.hpp"
#include "ports/store.hpp"

namespace botcore::runtime {

/// StoreError::Corrupt where the journal has no such record, or it cannot be decoded.
///
/// Threads: those of the reader.
[[nodiscard]] ports::StoreResult<model::Record> record_at(ports::StoreReader& reader,
                                                          model::Sequence sequence);

}  // namespace botcore::runtime
