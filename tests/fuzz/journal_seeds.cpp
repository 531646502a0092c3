/// Writes one record of every kind of input and of every kind of row, in each version that can hold
/// it: the seeds of the journal's fuzzer. botcore_journal_seeds FOLDER.

#include "base/check.hpp"
#include "input_file.hpp"
#include "protocol/journal.hpp"

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>

namespace {

using namespace botcore;

void write(const std::filesystem::path& folder,
           const std::string& name,
           const model::Record& record) {
    std::string bytes = protocol::encode(record);
    fuzz::write_file(folder / name, bytes);
    bytes.front() = '\x01';
    const auto first = protocol::decode_record(bytes);
    if (first && first.value() == record) fuzz::write_file(folder / (name + "_version_1"), bytes);
}

model::Record record_of(model::InputBody body) {
    model::Record record;
    record.sequence = 300;
    record.epoch = 2;
    record.prior_hash.fill(0xAB);
    record.input.time = base::Timestamp::from_milliseconds(1'790'000'000'000);
    record.input.body = std::move(body);
    return record;
}

template <std::size_t... kIndex>
void write_inputs(const std::filesystem::path& folder, std::index_sequence<kIndex...> /*all*/) {
    (write(folder,
           "input_" + std::to_string(kIndex),
           record_of(std::variant_alternative_t<kIndex, model::InputBody>{})),
     ...);
}

template <std::size_t... kIndex>
void write_rows(const std::filesystem::path& folder, std::index_sequence<kIndex...> /*all*/) {
    const auto with = [](model::Change change) {
        model::Record record = record_of(model::ReportReconciled{model::AccountId("futures")});
        record.outcome.changes.push_back(std::move(change));
        return record;
    };
    (write(folder,
           "row_" + std::to_string(kIndex),
           with(std::variant_alternative_t<kIndex, model::Change>{})),
     ...);
}

model::Record full_record() {
    model::PlaceOrder order;
    order.origin = {model::Owner("ada"), model::IdempotencyKey("key"), std::string(32, '\x80')};
    order.quantity = model::Quantity::whole(3);
    order.marks.resize(2);
    model::Record record = record_of(order);
    record.outcome.changes.emplace_back(model::builtin_instruments().front());
    record.outcome.changes.emplace_back(model::KeyEntry{});
    record.outcome.postings.push_back({model::AccountId("futures"),
                                       model::Asset("USDT"),
                                       model::Book::Fees,
                                       model::Money::whole(-7)});
    return record;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("botcore_journal_seeds FOLDER\n", stderr);
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    write_inputs(folder, std::make_index_sequence<std::variant_size_v<model::InputBody>>());
    write_rows(folder, std::make_index_sequence<std::variant_size_v<model::Change>>());
    write(folder, "full", full_record());
    return 0;
}
