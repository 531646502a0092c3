#include "tests/bench/market_bench.hpp"

#include "adapters/market_recorded/recording.hpp"
#include "gateway/market_feed.hpp"
#include "protocol/binance/market_messages.hpp"

#include <simdjson.h>

#include <chrono>

namespace botcore::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Message {
    base::Timestamp time;
    std::size_t offset = 0;
    std::size_t size = 0;
    protocol::InstrumentIndex instrument{};
};

/// All messages of the recordings, decompressed, file after file.
struct Load {
    std::vector<model::InstrumentId> instruments;
    std::vector<char> bytes;
    std::vector<Message> messages;

    [[nodiscard]] protocol::PaddedText text(const Message& message) const {
        return {.text = {bytes.data() + message.offset, message.size},
                .readable = bytes.size() - message.offset};
    }
};

Load load_of(const std::vector<std::string>& files) {
    Load load;
    for (const std::string& file : files) {
        const auto recording = market_recorded::recording_of(file);
        if (!recording)
            throw market_recorded::RecordingError(file + ": name it spot-SYMBOL-... or usdm-...");
        const auto instrument = static_cast<protocol::InstrumentIndex>(load.instruments.size());
        load.instruments.push_back(recording->instrument);
        market_recorded::RecordingReader reader(file);
        while (const auto line = reader.next()) {
            load.messages.push_back(
                {line->time, load.bytes.size(), line->json.text.size(), instrument});
            load.bytes.insert(load.bytes.end(), line->json.text.begin(), line->json.text.end());
        }
    }
    load.bytes.resize(load.bytes.size() + protocol::kMarketMessagePadding);
    return load;
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Does with each message what the market thread does, except for reading the file.
double messages_per_second(const Load& load, MarketFigures& counts) {
    protocol::MarketParser parser;
    protocol::MarketMessage message;
    gateway::MarketFeed feed(load.instruments);
    std::vector<protocol::MarketEvent> events;
    counts.refused = counts.gaps = counts.events = 0;
    const auto start = Clock::now();
    for (const Message& line : load.messages) {
        if (!parser.parse(load.text(line), message)) {
            ++counts.refused;
            continue;
        }
        auto instrument = line.instrument;
        if (!message.symbol.empty()) {
            const auto market = load.instruments[protocol::position_of(instrument)].market;
            instrument = feed.find(market, message.symbol).value_or(instrument);
        }
        const auto step = feed.apply(instrument, message, line.time, events);
        counts.gaps += step == gateway::StitchStep::Gap ? 1U : 0U;
        if (events.size() >= 256) {
            counts.events += events.size();
            events.clear();
        }
    }
    return static_cast<double>(load.messages.size()) / seconds_since(start);
}

double iterations_per_second(const Load& load) {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    std::uint64_t failures = 0;
    const auto start = Clock::now();
    for (const Message& line : load.messages) {
        const auto text = load.text(line);
        const simdjson::padded_string_view view(text.text.data(), text.text.size(), text.readable);
        failures += parser.iterate(view).get(document) == simdjson::SUCCESS ? 0U : 1U;
    }
    const double rate = static_cast<double>(load.messages.size()) / seconds_since(start);
    if (failures != 0) throw market_recorded::RecordingError("simdjson refused a recorded message");
    return rate;
}

}  // namespace

MarketFigures measure_market(const std::vector<std::string>& files, int rounds) {
    const Load load = load_of(files);
    MarketFigures figures;
    figures.messages = load.messages.size();
    for (int round = 0; round < rounds; ++round) {
        figures.per_second.push_back(messages_per_second(load, figures));
        figures.limit_per_second.push_back(iterations_per_second(load));
    }
    return figures;
}

}  // namespace botcore::bench
