#include "adapters/market_recorded/recording.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace botcore::market_recorded {

namespace {

constexpr std::size_t kPadding = protocol::kMarketMessagePadding;
constexpr std::size_t kBufferBytes = std::size_t{1} << 18U;
constexpr std::size_t kLineBytesMax = protocol::kMarketMessageBytesMax + 64;

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::optional<RecordingFile> recording_of(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    const std::size_t market_end = name.find('-');
    if (market_end == std::string::npos) return std::nullopt;
    const std::size_t symbol_end = name.find_first_of("-.", market_end + 1);
    if (symbol_end == std::string::npos) return std::nullopt;
    const std::string market = name.substr(0, market_end);
    if (market != "spot" && market != "usdm") return std::nullopt;
    std::string symbol = name.substr(market_end + 1, symbol_end - market_end - 1);
    std::ranges::transform(symbol, symbol.begin(), upper);
    if (!model::is_valid_symbol(symbol)) return std::nullopt;
    return RecordingFile{path,
                         {.market = market == "spot" ? model::Market::Spot : model::Market::Futures,
                          .symbol = model::Symbol(std::move(symbol))}};
}

RecordingReader::RecordingReader(const std::filesystem::path& path)
    : name_(path.string()),
      buffer_(kBufferBytes + kPadding) {
    file_ = gzopen(name_.c_str(), "rb");
    if (file_ == nullptr) fail("cannot be opened");
    (void)gzbuffer(file_, 1U << 17U);
}

RecordingReader::~RecordingReader() {
    if (file_ != nullptr) (void)gzclose_r(file_);
}

RecordingReader::RecordingReader(RecordingReader&& other) noexcept
    : name_(std::move(other.name_)),
      file_(std::exchange(other.file_, nullptr)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      at_end_(other.at_end_),
      last_time_(other.last_time_),
      skipped_count_(other.skipped_count_) {
}

std::optional<RecordedLine> RecordingReader::next() {
    while (const auto line = next_line()) {
        std::int64_t nanoseconds = 0;
        const char* const begin = line->data();
        const char* const end = begin + line->size();
        const auto [behind, error] = std::from_chars(begin, end, nanoseconds);
        if (error != std::errc{} || behind == end || *behind != ' ' || nanoseconds < 0) {
            ++skipped_count_;
            continue;
        }
        const auto time = base::Timestamp::from_microseconds(nanoseconds / 1'000);
        last_time_ = std::max(last_time_, time);  // R1
        const char* const json = behind + 1;
        const auto readable = static_cast<std::size_t>(buffer_.data() + buffer_.size() - json);
        return RecordedLine{
            last_time_,
            {.text = {json, static_cast<std::size_t>(end - json)}, .readable = readable}};
    }
    return std::nullopt;
}

void RecordingReader::rewind() {
    if (gzrewind(file_) != 0) fail("cannot be read from its beginning");
    begin_ = end_ = 0;
    at_end_ = false;
    last_time_ = {};
}

std::optional<std::string_view> RecordingReader::next_line() {
    std::size_t searched = 0;
    while (true) {
        const char* const begin = buffer_.data() + begin_;
        const std::size_t size = end_ - begin_;
        const void* const found =
            size > searched ? std::memchr(begin + searched, '\n', size - searched) : nullptr;
        if (found != nullptr) {
            const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - begin);
            begin_ += length + 1;
            return std::string_view{begin, length};
        }
        if (at_end_) {
            begin_ = end_;
            if (size == 0) return std::nullopt;
            return std::string_view{begin, size};  // The last line has no newline.
        }
        searched = size;
        refill();
    }
}

/// Moves the incomplete line to the front of the buffer and reads more behind it.
void RecordingReader::refill() {
    const std::size_t size = end_ - begin_;
    if (size > kLineBytesMax) fail("has a line that is too long");  // R2
    std::memmove(buffer_.data(), buffer_.data() + begin_, size);
    begin_ = 0;
    end_ = size;
    if (buffer_.size() - kPadding - end_ < kBufferBytes / 2) buffer_.resize(buffer_.size() * 2);
    const std::size_t room = buffer_.size() - kPadding - end_;
    const int count = gzread(file_, buffer_.data() + end_, static_cast<unsigned>(room));
    if (count < 0) fail("is damaged");
    end_ += static_cast<std::size_t>(count);
    at_end_ = static_cast<std::size_t>(count) < room;
    if (at_end_) {
        int code = 0;
        (void)gzerror(file_, &code);
        if (code != Z_OK && code != Z_STREAM_END) fail("is cut off");
    }
}

void RecordingReader::fail(const std::string& what) const {
    throw RecordingError("market recording " + name_ + " " + what);
}

}  // namespace botcore::market_recorded
