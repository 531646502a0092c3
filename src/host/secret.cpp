#include "host/secret.hpp"

#include <sodium.h>

namespace botcore::host {

// Copies and wipes instead of moving: a short text would remain in the other string's own memory.
Secret::Secret(Secret&& other) noexcept {
    text_ = other.text_;
    other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    text_ = other.text_;
    other.wipe();
    return *this;
}

Secret::~Secret() {
    wipe();
}

bool Secret::matches(std::string_view candidate) const {
    if (text_.empty() || candidate.size() != text_.size()) return false;
    return sodium_memcmp(text_.data(), candidate.data(), text_.size()) == 0;
}

void Secret::wipe() noexcept {
    sodium_memzero(text_.data(), text_.size());
    text_.clear();
}

}  // namespace botcore::host
