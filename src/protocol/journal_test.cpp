#include "protocol/journal.hpp"

#include "base/random.hpp"
#include "protocol/binary_codec.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

namespace botcore::protocol {
namespace {

using model::Money;

model::Order sample_order() {
    model::Order order;
    order.id = model::ClientOrderId("BC1…");
    order.number = std::numeric_limits<std::uint64_t>::max();
    order.owner = model::Owner("olga");
    order.account = model::AccountId("futures");
    order.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
    order.price = model::Price::from_units(-1);
    order.quantity = model::Quantity::from_units(std::numeric_limits<model::Int128>::max());
    order.reserved = Money::from_units(std::numeric_limits<model::Int128>::min());
    order.attempt = {base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::min()),
                     base::Duration::milliseconds(2'000),
                     1};
    order.created = base::Timestamp::from_microseconds(std::numeric_limits<std::int64_t>::max());
    order.reason_text = std::string("zero \0 byte", 11);
    return order;
}

model::Record sample_record() {
    model::Record record;
    record.sequence = 300;
    record.epoch = 2;
    record.prior_hash.fill(0xAB);
    model::PlaceOrder body;
    body.origin = {model::Owner("olga"), model::IdempotencyKey("key"), std::string("\x80\x00z", 3)};
    body.quantity = model::Quantity::whole(3);
    body.marks.resize(2);
    record.input = {.time = base::Timestamp::from_milliseconds(1'700'000'000'000), .body = body};
    record.outcome.changes.emplace_back(sample_order());
    record.outcome.changes.emplace_back(model::builtin_instruments().back());
    record.outcome.changes.emplace_back(model::KeyEntry{});
    record.outcome.postings.push_back(
        {model::AccountId("futures"), model::Asset("USDT"), model::Book::Fees, Money::whole(-7)});
    return record;
}

TEST(Journal, RoundTripsARecord) {
    const auto record = sample_record();
    const auto decoded = decode_record(encode(record));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded.value(), record);
}

TEST(Journal, RoundTripsEveryKindOfInput) {
    const auto round_trip = [](model::InputBody body) {
        model::Record record;
        record.input.body = std::move(body);
        const auto decoded = decode_record(encode(record));
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded.value(), record);
        EXPECT_FALSE(to_json(record, {}).empty());
    };
    round_trip(model::StartEpoch{.epoch = 4, .incarnation = 9, .software = "x", .policy = {}});
    round_trip(model::DefineInstrument{model::builtin_instruments().front()});
    round_trip(model::OpenAccount{});
    round_trip(model::PlaceOrder{});
    round_trip(model::CancelOrder{{}, {}, {}, 7});
    round_trip(model::ClosePosition{});
    round_trip(model::SetLeverage{});
    round_trip(model::TransferMoney{});
    round_trip(model::ResetAccount{});
    model::ReportOrder report;
    report.report.trades.resize(3);
    round_trip(report);
    round_trip(model::ReportReconciled{});
}

// @spec:I12 RK-05
TEST(Journal, TheHashDetectsEveryDamagedByte) {
    const std::string bytes = encode(sample_record());
    const auto hash = hash_of(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        EXPECT_NE(hash_of(damaged), hash);
    }
}

TEST(Journal, RejectsTruncatedAndForeignBytes) {
    const std::string bytes = encode(sample_record());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(decode_record(std::string_view(bytes).substr(0, size)).error(),
                  RecordError::Malformed);
    }
    EXPECT_EQ(decode_record(bytes + "x").error(), RecordError::Malformed);
    std::string newer = bytes;
    newer[0] = static_cast<char>(kRecordVersion + 1);
    EXPECT_EQ(decode_record(newer).error(), RecordError::VersionTooNew);
    EXPECT_EQ(decode_record(std::string(1, '\0')).error(), RecordError::Malformed);
}

TEST(Journal, RejectsUnknownNumbersOfEnumerations) {
    const auto is_read = [](const auto& value) {
        using Enum = std::decay_t<decltype(value)>;
        std::string bytes;
        BinaryWriter(bytes).write(value);
        BinaryReader reader(bytes);
        Enum back{};
        reader.read(back);
        return reader.finished() && back == value;
    };
    const auto ends_at = [&](auto last) {
        using Enum = decltype(last);
        const auto number = static_cast<std::uint8_t>(last);
        EXPECT_TRUE(is_read(last)) << to_text(last);
        for (const int beyond : {number + 1, 0x7F, 0xFF})
            EXPECT_FALSE(is_read(static_cast<Enum>(beyond))) << to_text(last) << " + " << beyond;
    };
    ends_at(model::AccountKind::Paper);
    ends_at(model::AccountState::Frozen);
    ends_at(model::ClockState::Uncertain);
    ends_at(model::MarketSource::Live);
    ends_at(model::Market::Futures);
    ends_at(model::Side::Sell);
    ends_at(model::OrderType::TakeProfitLimit);
    ends_at(model::OrderRole::External);
    ends_at(model::ReduceOnly::Yes);
    ends_at(model::OrderState::Queued);
    ends_at(model::CancelState::Unknown);
    ends_at(order_reason(model::EndReason::GaveWayToExit));
    ends_at(model::FreezeReason::FrozenByOperator);
    ends_at(model::StorageState::Unconfirmed);
    EXPECT_FALSE(is_read(static_cast<model::Side>(0)));
    EXPECT_FALSE(is_read(static_cast<model::OrderReason>(29))) << "This number was never used.";
    EXPECT_FALSE(is_read(static_cast<model::FreezeReason>(2))) << "It never freezes an account.";
    model::Record record = sample_record();
    std::get<model::PlaceOrder>(record.input.body).side = static_cast<model::Side>(7);
    EXPECT_EQ(decode_record(encode(record)).error(), RecordError::Malformed);
}

TEST(Journal, SurvivesRandomDamage) {
    base::Random random(5);
    const std::string bytes = encode(sample_record());
    for (int round = 0; round < 20'000; ++round) {
        std::string damaged = bytes;
        for (std::uint64_t i = 0; i <= random.below(3); ++i) {
            damaged[1 + random.below(damaged.size() - 1)] = static_cast<char>(random.next());
        }
        const auto decoded = decode_record(damaged);
        if (decoded) (void)to_json(decoded.value(), {});
    }
}

TEST(Journal, MatchesTheTestVectorOfSha256) {
    EXPECT_EQ(to_hex(hash_of("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Journal, ExportsReadableJson) {
    auto record = sample_record();
    const auto value = boost::json::parse(to_json(record, hash_of("abc")));
    EXPECT_EQ(value.at("kind").as_string(), "PlaceOrder");
    EXPECT_EQ(value.at("input").at("quantity").as_string(), "3");
    EXPECT_EQ(value.at("input").at("origin").at("request_hash").as_string(), "80007a");
    EXPECT_EQ(value.at("changes").at(0).at("row").as_string(), "order");
    EXPECT_EQ(value.at("postings").at(0).at("book").as_string(), "fees");
    EXPECT_TRUE(value.at("hash").as_string().starts_with("ba78"));
}

// Pinned bytes: a change here makes every existing journal unreadable.
TEST(Journal, PreservesTheStoredForm) {
    model::Record record;
    record.sequence = 300;
    record.epoch = 1;
    record.input.time = base::Timestamp::from_microseconds(-2);
    record.input.exchange_time = record.input.time;
    record.input.monotonic_time = record.input.time;
    record.input.body = model::ReportReconciled{model::AccountId("a")};
    record.outcome.postings.push_back(
        {model::AccountId("a"), model::Asset("BTC"), model::Book::Cash, Money::from_units(150)});
    const std::string begin =
        "ac02"  // sequence 300
        "01"    // epoch
        "0000000000000000000000000000000000000000000000000000000000000000"
        "03"     // time -2 us
        "0101"   // clock, storage
        "0a"     // the eleventh kind of input
        "0161";  // account "a"
    const std::string end =
        "00"        // no changes
        "01"        // one posting
        "0161"      // account "a"
        "03425443"  // "BTC"
        "00"        // cash
        "ac02";     // 150 units
    const std::string bytes = encode(record);
    // No books of the exchange; then exchange time and monotonic time.
    EXPECT_EQ(to_hex(bytes), "06" + begin + "00" + "0303" + end);
    // In this record, versions 6 and 5 added nothing, version 4 the two times, version 3 the
    // exchange's books, and version 2 nothing.
    for (const char version : {'\x04', '\x05'}) {
        std::string older = bytes;
        older.front() = version;
        ASSERT_TRUE(decode_record(older));
        EXPECT_EQ(decode_record(older).value(), record);
    }
    const std::size_t books = 1 + begin.size() / 2;
    for (const char version : {'\x01', '\x02', '\x03'}) {
        std::string older = bytes;
        older.erase(books + 1, 2);
        if (version < '\x03') older.erase(books, 1);
        older.front() = version;
        const auto decoded = decode_record(older);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded.value(), record);
    }
}

// Version 6 added the exchange of an instrument; all older instruments are Binance's.
TEST(Journal, ReadsInstrumentsOfVersionFive) {
    model::Record record;
    record.sequence = 300;
    record.epoch = 1;
    model::SetLeverage command;
    command.instrument = {model::Market::Futures, model::Symbol("BTCUSDT")};
    command.leverage = model::Rate::whole(3);
    record.input.body = command;
    std::string bytes = encode(record);
    const std::size_t exchange = bytes.find("BTCUSDT") + 7;
    ASSERT_EQ(bytes[exchange], '\x01');
    bytes[exchange] = '\x02';
    EXPECT_EQ(decode_record(bytes).error(), RecordError::Malformed) << "An unknown exchange.";
    bytes.erase(exchange, 1);
    bytes.front() = '\x05';
    const auto decoded = decode_record(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded.value(), record);
}

// These files were written by earlier versions of this program and are never written again.
TEST(Journal, ReadsTheStoredFilesOfOlderVersions) {
    std::map<int, int> files;
    for (const auto& entry : std::filesystem::directory_iterator("tests/fuzz/corpus/journal")) {
        const std::string name = entry.path().filename().string();
        if (name.find("_version_") == std::string::npos) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        const auto record = decode_record(bytes);
        ASSERT_TRUE(record.has_value()) << name;
        EXPECT_EQ(decode_record(encode(record.value())).value(), record.value()) << name;
        ++files[bytes.front()];
    }
    EXPECT_GE(files[1], 10);
    EXPECT_GE(files[2], 25);
    EXPECT_GE(files[5], 20);
}

}  // namespace
}  // namespace botcore::protocol
