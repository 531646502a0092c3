#pragma once

/// Where log lines go: a descriptor such as standard error, or a file that is moved aside when it
/// has grown.
///
/// K1  `write` takes a line whole or answers Down; then the same line comes again later, and
///     goes on where it stopped. No line is torn by a full disk.
/// K2  A file grows at its end alone, also when another program has emptied it meanwhile or has
///     moved it aside.
///
/// Threads: the thread "log".

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::shell::log {

enum class Written : std::uint8_t { Yes, Down };

/// How a line looks: one JSON object for programs, or plain text for people.
enum class Format : std::uint8_t { Json, Text };
inline constexpr std::size_t kFormats = 2;

class LineSink {
public:
    virtual ~LineSink() = default;
    [[nodiscard]] virtual Written write(std::string_view line) = 0;

    /// Onto stable storage, where there is any.
    virtual void sync() {}

    /// Where the sink is a named file: closes it and opens it again.
    virtual void reopen() {}

    /// The format of the lines that it takes; always the same.
    [[nodiscard]] virtual Format format() const { return Format::Json; }

    /// May its first lines be held back until the greeting has been shown?
    [[nodiscard]] virtual bool shares_screen() const { return false; }
};

/// A descriptor that it does not own. A pipe that nobody empties is Down; nothing here waits longer
/// than `patience`.
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
    std::size_t written_ = 0;  ///< Of the line at hand.
};

struct FileSinkOptions {
    std::string path;
    std::uint64_t bytes_max = 64U << 20U;  ///< The file is moved aside before it grows beyond.
    int files_max = 5;                     ///< `path`, `path.1` (the newest before), …
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
    /// The file at `path`, opened anew where it is not the one that is open any more.
    [[nodiscard]] bool ready();
    void rotate();
    void take_back(std::size_t written);
    void close();

    FileSinkOptions options_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;  ///< Looked up before each line.
};

}  // namespace botcore::shell::log
