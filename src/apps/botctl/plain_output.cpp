#include "apps/botctl/plain_output.hpp"

#include "base/plain_text.hpp"

#include <utility>

namespace botcore::botctl {

namespace {

/// Replaces carriage returns, because they would let a text overwrite its own line.
std::string without_returns(std::string text) {
    for (char& c : text) {
        if (c == '\r') c = ' ';
    }
    return text;
}

}  // namespace

PlainOutput::PlainOutput(std::ostream& stream) : stream_(stream), below_(stream.rdbuf(this)) {
}

PlainOutput::~PlainOutput() {
    if (!open_.empty()) (void)pass(base::escaped(std::exchange(open_, {})));
    (void)below_->pubsync();
    stream_.rdbuf(below_);
}

bool PlainOutput::pass(std::string_view text) {
    const auto size = static_cast<std::streamsize>(text.size());
    return below_->sputn(text.data(), size) == size;
}

PlainOutput::int_type PlainOutput::overflow(int_type character) {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(0);
    const char one = traits_type::to_char_type(character);
    return xsputn(&one, 1) == 1 ? character : traits_type::eof();
}

std::streamsize PlainOutput::xsputn(const char* text, std::streamsize size) {
    const std::string_view given(text, static_cast<std::size_t>(size));
    if (given == "\r" && open_.empty()) return pass(given) ? size : 0;
    std::string all = std::exchange(open_, {});
    all.append(given);
    const std::size_t whole = all.size() - base::open_bytes(all);
    open_ = all.substr(whole);
    all.resize(whole);
    return pass(without_returns(base::escaped(all))) ? size : 0;
}

int PlainOutput::sync() {
    return below_->pubsync();
}

}  // namespace botcore::botctl
