#pragma once

/// Follows the commands and answers of one SMTP session, and says what they mean for the message:
/// accepted, refused for ever (5xx) or worth another attempt.
///
/// S1  What the server answers to the login, and what is sent for it, is never in an error.
/// S2  What follows QUIT does not count: the server has already accepted or refused the message.

#include "ports/notifier.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::notify_email {

class SmtpConversation {
public:
    /// One command, or one line of the login, as it was sent; not the text of the message.
    void sent(std::string_view line);
    /// Bytes that the server sent, in pieces of any size.
    void received(std::string_view bytes);

    /// The server has accepted the message for at least one recipient.
    [[nodiscard]] bool accepted() const { return accepted_; }

    /// QUIT was sent.
    [[nodiscard]] bool closing() const { return closing_; }

    /// The result after the session has ended. `failure` says why the transport ended it; it counts
    /// unless the server has accepted the message or refused the last command.
    [[nodiscard]] ports::Delivery delivery(std::string_view failure) const;

private:
    enum class Stage : std::uint8_t {
        Connected,
        Greeted,
        StartTls,
        Login,
        Sender,
        Recipient,
        Data,     ///< DATA was sent.
        Message,  ///< The server has asked for the message.
    };

    struct RefusedRecipient {
        std::string address;
        int code = 0;
        std::string text;
    };

    void begin(Stage stage);
    void answered(std::string_view line);
    void judge();
    [[nodiscard]] std::string refused_recipients() const;

    static std::string_view name_of(Stage stage);

    Stage stage_ = Stage::Connected;
    std::string line_;  ///< The beginning of a line whose end has not yet arrived.
    int code_ = 0;      ///< Of the complete answer to the last command; 0 while there is none.
    std::string text_;  ///< Of that answer, as far as it has arrived.
    std::string recipient_;
    std::size_t recipients_ = 0;
    std::vector<RefusedRecipient> refused_;
    bool accepted_ = false;
    bool closing_ = false;
};

}  // namespace botcore::notify_email
