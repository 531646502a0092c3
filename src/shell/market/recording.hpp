#pragma once

/// Reads a recording of raw market messages: gzip, one line an event, "<local receive time in ns>
/// <JSON>".
///
/// R1  Times never fall: a line that goes back counts as of the time before it.
/// R2  Memory is bounded by the longest message; a longer line ends the reading with an error.

#include "base/time.hpp"
#include "model/names.hpp"
#include "protocol/market_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace botcore::shell {

/// A recording cannot be opened or read; the text says which and why.
class RecordingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One file and what it shows. A snapshot in it names no symbol: it is taken for `instrument`'s.
struct RecordingFile {
    std::filesystem::path path;
    model::InstrumentId instrument;
};

/// Guesses market and symbol from a name such as "spot-btcusdt-20240808.raw.gz" or
/// "usdm-ethusdt-x.gz". Nothing when the name does not follow that pattern.
[[nodiscard]] std::optional<RecordingFile> recording_of(const std::filesystem::path& path);

struct RecordedLine {
    base::Timestamp time;
    protocol::PaddedText json;  ///< Lives until the next call of the reader.
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

    /// Back to the first line.
    void rewind();

    /// Lines that had no time, since the beginning.
    [[nodiscard]] std::uint64_t skipped_count() const { return skipped_count_; }

private:
    [[nodiscard]] std::optional<std::string_view> next_line();
    void refill();
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    gzFile_s* file_ = nullptr;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // The first byte not yet handed out.
    std::size_t end_ = 0;    // Behind the last byte read.
    bool at_end_ = false;
    base::Timestamp last_time_;
    std::uint64_t skipped_count_ = 0;
};

}  // namespace botcore::shell
