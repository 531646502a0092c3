#pragma once

/// The way of everything that botctl prints: a buffer before the standard output and the standard
/// error that lets no character pass that a terminal obeys.
///
/// O1  Whoever wrote a text, what reaches the terminal is UTF-8 without control characters and
///     marks of direction; they appear as escapes of JSON. Line feeds and tabs pass, and a carriage
///     return that is written alone: botctl's own lines of progress.
/// O2  What was written has passed to the stream below when it is flushed, and at the end.
///
/// Threads: the main thread's.

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace botcore::botctl {

class PlainOutput final : public std::streambuf {
public:
    /// Stands before the buffer of `stream`, which outlives it, until it is destroyed.
    explicit PlainOutput(std::ostream& stream);
    ~PlainOutput() override;
    PlainOutput(const PlainOutput&) = delete;
    PlainOutput& operator=(const PlainOutput&) = delete;

protected:
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;
    int sync() override;

private:
    [[nodiscard]] bool pass(std::string_view text);

    std::ostream& stream_;
    std::streambuf* below_;
    std::string open_;  ///< The beginning of a character whose rest has not come.
};

}  // namespace botcore::botctl
