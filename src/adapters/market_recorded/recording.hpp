#pragma once

/// Reads a recording of raw market messages: gzip, one event per line, "<local receive time in ns>
/// <JSON>".
///
/// R1  Times never decrease: a line with an earlier time gets the time of the line before it.
/// R2  Memory is bounded by the longest message; a line beyond the maximum length ends the reading
///     with an error.

#include "base/time.hpp"
#include "model/names.hpp"
#include "protocol/binance/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace botcore::market_recorded {

/// Thrown when a recording cannot be opened or read. The text says which recording, and why.
class RecordingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One file and its instrument. A snapshot in the file names no symbol: it is attributed to
/// `instrument`.
struct RecordingFile {
    std::filesystem::path path;
    model::InstrumentId instrument;
};

/// Derives market and symbol from a file name such as "spot-btcusdt-20240808.raw.gz" or
/// "usdm-ethusdt-x.gz". Nothing when the name does not have that form.
[[nodiscard]] std::optional<RecordingFile> recording_of(const std::filesystem::path& path);

struct RecordedLine {
    base::Timestamp time;
    protocol::PaddedText json;  ///< Valid until the next call of the reader.
};

/// Throws `RecordingError` on all failures.
class RecordingReader {
public:
    explicit RecordingReader(const std::filesystem::path& path);
    ~RecordingReader();
    RecordingReader(RecordingReader&& other) noexcept;
    RecordingReader(const RecordingReader&) = delete;
    RecordingReader& operator=(const RecordingReader&) = delete;
    RecordingReader& operator=(RecordingReader&&) = delete;

    /// The next line, or nothing at the end. Lines without a time are skipped and counted.
    [[nodiscard]] std::optional<RecordedLine> next();

    /// Goes back to the first line.
    void rewind();

    /// The number of lines without a time so far.
    [[nodiscard]] std::uint64_t skipped_count() const { return skipped_count_; }

private:
    [[nodiscard]] std::optional<std::string_view> next_line();
    void refill();
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    gzFile_s* file_ = nullptr;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // The first byte not returned yet.
    std::size_t end_ = 0;    // One past the last byte read.
    bool at_end_ = false;
    base::Timestamp last_time_;
    std::uint64_t skipped_count_ = 0;
};

}  // namespace botcore::market_recorded
