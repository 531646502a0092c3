#include "adapters/market_recorded/playback.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>

namespace botcore::market_recorded {

using base::Duration;
using base::Timestamp;
using protocol::MarketMessageKind;

namespace {

constexpr Duration kRoundPause = Duration::milliseconds(100);

}  // namespace

Playback::Playback(const std::vector<RecordingFile>& files, PlaybackEnd at_end)
    : feed_(instruments_of(files)),
      at_end_(at_end) {
    CHECK(!files.empty());
    for (const RecordingFile& file : files) {
        const auto instrument = feed_.find(file.instrument.market, file.instrument.symbol.text());
        CHECK(instrument.has_value());
        sources_.push_back({RecordingReader(file.path), file.instrument.market, *instrument, {}});
    }
    for (Source& source : sources_)
        source.line = source.reader.next();
    choose();
    if (next_ == nullptr) throw RecordingError("the market recordings contain no messages");
}

std::vector<model::InstrumentId> Playback::instruments_of(const std::vector<RecordingFile>& files) {
    std::vector<model::InstrumentId> instruments;
    instruments.reserve(files.size());
    for (const RecordingFile& file : files)
        instruments.push_back(file.instrument);
    std::ranges::sort(instruments);
    const auto doubled = std::ranges::unique(instruments);
    instruments.erase(doubled.begin(), doubled.end());
    return instruments;
}

std::optional<Timestamp> Playback::next_time() const {
    if (next_ == nullptr) return std::nullopt;
    return next_->line->time + shift_;
}

void Playback::step(Events& events) {
    CHECK(next_ != nullptr);
    last_time_ = std::max(last_time_, next_->line->time + shift_);  // P1
    if (std::exchange(reset_due_, false)) {
        feed_.reset(gateway::FeedInterruption::RecordingRestarted, last_time_, events);  // P2
    }
    handle(*next_, events);
    next_->line = next_->reader.next();
    choose();
    if (next_ == nullptr && at_end_ == PlaybackEnd::StartOver) start_over();
}

void Playback::handle(Source& source, Events& events) {
    ++counts_.messages;
    if (!parser_.parse(source.line->json, message_)) {
        ++counts_.refused;
        return;
    }
    if (message_.kind == MarketMessageKind::Ignored) {
        ++counts_.ignored;
        return;
    }
    auto instrument = source.instrument;
    if (!message_.symbol.empty()) {
        const auto found = feed_.find(source.market, message_.symbol);
        if (!found) {
            ++counts_.ignored;
            return;
        }
        instrument = *found;
    }
    // P4: zero stays zero, because it means that the message has no time.
    if (message_.event_time != Timestamp{}) message_.event_time = message_.event_time + shift_;
    const bool is_trade = message_.kind == MarketMessageKind::Trade ||
                          message_.kind == MarketMessageKind::AggregateTrade;
    if (is_trade) message_.trade_time = message_.trade_time + shift_;
    const auto step = feed_.apply(instrument, message_, last_time_, events);
    if (step == gateway::StitchStep::Gap) ++counts_.gaps;
}

/// Selects the source with the earliest line by a linear search, because there are few files.
void Playback::choose() {
    next_ = nullptr;
    for (Source& source : sources_) {
        if (!source.line) continue;
        if (next_ == nullptr || source.line->time < next_->line->time) next_ = &source;  // P3
    }
}

void Playback::start_over() {
    ++counts_.rounds;
    for (Source& source : sources_) {
        source.reader.rewind();
        source.line = source.reader.next();
    }
    choose();
    if (next_ == nullptr)
        throw RecordingError("a market recording no longer contains its messages");
    shift_ = last_time_ + kRoundPause - next_->line->time;
    reset_due_ = true;
}

}  // namespace botcore::market_recorded
