#include "runtime/record_at.hpp"

#include "protocol/journal.hpp"

#include <utility>

namespace botcore::runtime {

ports::StoreResult<model::Record> record_at(ports::StoreReader& reader, model::Sequence sequence) {
    const auto entries = TRY(reader.journal(sequence, 1));
    if (entries.empty() || entries.front().sequence != sequence) {
        return base::Failure{ports::StoreError::Corrupt};
    }
    auto record = protocol::decode_record(entries.front().bytes);
    if (!record) return base::Failure{ports::StoreError::Corrupt};
    return std::move(record).value();
}

}  // namespace botcore::runtime
