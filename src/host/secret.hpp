#pragma once

/// A text that must not leak: it cannot be printed, copied or compared by accident (style rule T9).

#include <string>
#include <string_view>
#include <utility>

namespace botcore::host {

class Secret {
public:
    explicit Secret(std::string text) : text_(std::move(text)) {}

    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    /// Overwrites the memory.
    ~Secret();

    friend bool operator==(const Secret&, const Secret&) = delete;

    /// Constant time: the duration reveals only the length.
    [[nodiscard]] bool matches(std::string_view candidate) const;

    /// The text itself. Every call of this needs attention in a review.
    [[nodiscard]] std::string_view reveal() const { return text_; }

private:
    void wipe() noexcept;

    std::string text_;
};

}  // namespace botcore::host
