#include "adapters/notify_email/smtp_conversation.hpp"

#include "base/plain_text.hpp"
#include "base/whole_number.hpp"

#include <algorithm>

namespace botcore::notify_email {

namespace {

using Result = ports::Delivery::Result;

constexpr std::size_t kLineMax = 4'096;
constexpr std::size_t kAnswerTextMax = 200;
constexpr int kRefusal = 400;
constexpr int kRefusalForEver = 500;

/// The code of an answer's line; 0 if it begins with none.
int code_of(std::string_view line) {
    constexpr std::size_t kDigits = 3;
    return line.size() < kDigits
               ? 0
               : base::whole_number<std::uint16_t>(line.substr(0, kDigits)).value_or(0);
}

std::string_view between_brackets(std::string_view line) {
    const auto begin = line.find('<');
    const auto end = line.find('>');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
    return line.substr(begin + 1, end - begin - 1);
}

std::string answer_of(int code, const std::string& text) {
    return std::to_string(code) + (text.empty() ? "" : " " + text);
}

}  // namespace

std::string_view SmtpConversation::name_of(Stage stage) {
    switch (stage) {
        case Stage::Connected:
            return "the connection";
        case Stage::Greeted:
            return "the greeting";
        case Stage::StartTls:
            return "STARTTLS";
        case Stage::Login:
            return "the login";
        case Stage::Sender:
            return "the sender";
        case Stage::Recipient:
            return "the recipient";
        case Stage::Data:
        case Stage::Message:
            return "the message";
    }
    return "?";
}

void SmtpConversation::begin(Stage stage) {
    stage_ = stage;
    code_ = 0;
    text_.clear();
}

void SmtpConversation::sent(std::string_view line) {
    if (closing_) return;
    if (line.starts_with("QUIT")) {
        closing_ = true;
    } else if (line.starts_with("EHLO ") || line.starts_with("HELO ")) {
        begin(Stage::Greeted);
    } else if (line.starts_with("STARTTLS")) {
        begin(Stage::StartTls);
    } else if (line.starts_with("AUTH ")) {
        begin(Stage::Login);
    } else if (line.starts_with("MAIL FROM:")) {
        begin(Stage::Sender);
    } else if (line.starts_with("RCPT TO:")) {
        begin(Stage::Recipient);
        recipient_ = between_brackets(line);
        ++recipients_;
    } else if (line.starts_with("DATA") && stage_ == Stage::Recipient) {
        begin(Stage::Data);
    } else {
        begin(stage_);  // A further line of the login.
    }
}

void SmtpConversation::received(std::string_view bytes) {
    for (const char c : bytes) {
        if (c == '\n') {
            answered(line_);
            line_.clear();
        } else if (c != '\r' && line_.size() < kLineMax) {
            line_ += c;
        }
    }
}

void SmtpConversation::answered(std::string_view line) {
    constexpr std::size_t kTextBegin = 4;
    if (closing_) return;
    const int code = code_of(line);
    if (line.size() > kTextBegin) {
        if (!text_.empty()) text_ += ' ';
        text_ += base::plain_line(line.substr(kTextBegin));
        text_.resize(std::min(text_.size(), kAnswerTextMax));
        text_.resize(text_.size() - base::open_bytes(text_));
    }
    const bool more_follows = line.size() >= kTextBegin && line[kTextBegin - 1] == '-';
    if (code == 0 || more_follows) return;
    code_ = code;
    if (stage_ == Stage::Login) text_.clear();  // S1: a server may repeat what it received.
    judge();
}

void SmtpConversation::judge() {
    const bool positive = code_ >= 200 && code_ < 300;
    if (stage_ == Stage::Data && code_ >= 300 && code_ < kRefusal) {
        begin(Stage::Message);
    } else if (stage_ == Stage::Message && positive) {
        accepted_ = true;
    } else if (stage_ == Stage::Recipient && !positive) {
        refused_.push_back({recipient_, code_, text_});
    }
}

std::string SmtpConversation::refused_recipients() const {
    constexpr std::size_t kShown = 3;
    std::string out = "the server refused " + std::to_string(refused_.size()) + " of " +
                      std::to_string(recipients_) + " recipients: ";
    for (std::size_t i = 0; i < std::min(refused_.size(), kShown); ++i) {
        const RefusedRecipient& refused = refused_[i];
        out += (i == 0 ? "" : ", ") + refused.address + " (" +
               answer_of(refused.code, refused.text) + ")";
    }
    return out + (refused_.size() > kShown ? ", and others" : "");
}

ports::Delivery SmtpConversation::delivery(std::string_view failure) const {
    if (accepted_) {
        return {.result = Result::Delivered,
                .error = refused_.empty() ? std::string() : refused_recipients()};
    }
    if (code_ < kRefusal) return {.result = Result::Failed, .error = std::string(failure)};
    if (stage_ == Stage::Recipient) {
        const bool for_ever = std::ranges::all_of(
            refused_, [](const RefusedRecipient& r) { return r.code >= kRefusalForEver; });
        return {.result = for_ever ? Result::Refused : Result::Failed,
                .error = refused_recipients()};
    }
    // A server without TLS may get it later, and nothing was said about the message.
    const bool for_ever = code_ >= kRefusalForEver && stage_ != Stage::StartTls;
    return {.result = for_ever ? Result::Refused : Result::Failed,
            .error = "the server refused " + std::string(name_of(stage_)) + ": " +
                     answer_of(code_, text_)};
}

}  // namespace botcore::notify_email
