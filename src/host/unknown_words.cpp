#include "host/unknown_words.hpp"

#include "base/plain_text.hpp"
#include "base/spelling.hpp"

namespace botcore::host {

namespace {

std::string guess(std::string_view word, const std::vector<std::string>& known) {
    const std::vector<std::string_view> words(known.begin(), known.end());
    return base::did_you_mean(word, words);
}

}  // namespace

std::string refusal_of_word(std::string_view word, const KnownWords& known) {
    const bool is_option = word.size() > 1 && word.front() == '-';
    // "--prot=80": only the name is used, since the value may be secret.
    if (is_option) word = word.substr(0, word.find('='));
    const std::string shown = base::plain_line(word);
    std::string text;
    if (is_option) {
        text = "there is no option " + shown + guess(word, known.options);
    } else if (known.commands.empty()) {
        text = "'" + shown + "' was not expected";
    } else {
        text = "there is no command " + shown + guess(word, known.commands);
    }
    return text + (text.ends_with('?') ? " `" : "; `") + known.program + " --help` lists them";
}

}  // namespace botcore::host
