#pragma once

/// A stream buffer in front of the standard output and the standard error. Everything that botctl
/// prints goes through it, and it escapes terminal control characters.
///
/// O1  Whatever the origin of a text, the terminal receives UTF-8 without control characters and
///     bidirectional marks; these are written as JSON escapes. Line feeds and tabs pass. A carriage
///     return passes only if it is written by a call of its own, as the progress lines do.
/// O2  All output has reached the stream below after a flush and after the destructor.
///
/// Threads: the main thread.

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace botcore::botctl {

class PlainOutput final : public std::streambuf {
public:
    /// Filters the output of `stream`, which must outlive this object, until it is destroyed.
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
    std::string open_;  ///< The first bytes of an incomplete character.
};

}  // namespace botcore::botctl
