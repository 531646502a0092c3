#pragma once

/// The destinations of log lines: a descriptor such as standard error, or a file that is rotated
/// when it has grown.
///
/// K1  `write` writes a line completely or returns Down; the caller then passes the same line
///     again, and the write continues where it stopped. A full disk leaves no partial line.
/// K2  A file is only appended to, even when another program has truncated it or moved it aside
///     meanwhile.
///
/// Threads: the log thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::observability {

enum class Written : std::uint8_t { Yes, Down };

/// The form of a line: a JSON object for programs, or plain text for people.
enum class Format : std::uint8_t { Json, Text };
inline constexpr std::size_t kFormats = 2;

class LineSink {
public:
    virtual ~LineSink() = default;
    [[nodiscard]] virtual Written write(std::string_view line) = 0;

    /// Writes to stable storage, if the sink has any.
    virtual void sync() {}

    /// For a named file: closes it and opens it again.
    virtual void reopen() {}

    /// The format of the lines that the sink takes; it never changes.
    [[nodiscard]] virtual Format format() const { return Format::Json; }

    /// Whether the sink's first lines may be held back until the start-up greeting has been shown.
    [[nodiscard]] virtual bool shares_screen() const { return false; }
};

/// Writes to a descriptor that the sink does not own. For a pipe that is full `write` returns Down;
/// no call waits longer than `patience`.
class DescriptorSink final : public LineSink {
public:
    explicit DescriptorSink(int descriptor,
                            Format format = Format::Json,
                            std::chrono::milliseconds patience = std::chrono::milliseconds(50));

    [[nodiscard]] Written write(std::string_view line) override;

    [[nodiscard]] Format format() const override { return format_; }

    [[nodiscard]] bool shares_screen() const override { return true; }

private:
    int descriptor_;
    Format format_;
    std::chrono::milliseconds patience_;
    std::size_t written_ = 0;  ///< The bytes of the current line that were written.
};

struct FileSinkOptions {
    std::string path;
    std::uint64_t bytes_max = 64U << 20U;  ///< The file is rotated before it grows beyond this.
    int files_max = 5;                     ///< `path`, `path.1` (the previous one), …
};

class FileSink final : public LineSink {
public:
    explicit FileSink(FileSinkOptions options);
    ~FileSink() override;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

    [[nodiscard]] Written write(std::string_view line) override;
    void sync() override;
    void reopen() override;

private:
    /// Opens the file at `path` unless it is the one that is already open.
    [[nodiscard]] bool ready();
    void rotate();
    void take_back(std::size_t written);
    void close();

    FileSinkOptions options_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;  ///< The size of the file, read again before each line.
};

}  // namespace botcore::observability
