#include "adapters/notify_email/mail_transfer.hpp"

#include "adapters/notify_email/smtp_conversation.hpp"
#include "base/plain_text.hpp"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace botcore::notify_email {

namespace {

using Clock = std::chrono::steady_clock;

/// How long the server may take to answer QUIT, which decides nothing any more.
constexpr std::chrono::seconds kClosingMax(1);

/// What libcurl's callbacks use during one transfer.
struct Transfer {
    std::string_view unsent;
    const std::stop_token& stop;
    SmtpConversation conversation{};
    std::optional<Clock::time_point> closing_since{};
    curl_socket_t socket = CURL_SOCKET_BAD;  ///< Open, or none.
};

std::size_t read_message(char* buffer, std::size_t size, std::size_t count, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    const std::size_t bytes = transfer.unsent.copy(buffer, size * count);
    transfer.unsent.remove_prefix(bytes);
    return bytes;
}

/// libcurl's report of commands and answers, which it offers for debugging: there is no other way
/// to learn which of several recipients was refused.
int follow(CURL*, curl_infotype type, char* data, std::size_t size, void* context) {
    auto& transfer = *static_cast<Transfer*>(context);
    const std::string_view bytes(data, size);
    if (type == CURLINFO_HEADER_OUT) transfer.conversation.sent(bytes);
    if (type == CURLINFO_HEADER_IN) transfer.conversation.received(bytes);
    return 0;
}

int socket_opened(void* context, curl_socket_t socket, curlsocktype) {
    static_cast<Transfer*>(context)->socket = socket;
    return CURL_SOCKOPT_OK;
}

int close_socket(void* context, curl_socket_t socket) {
    auto& transfer = *static_cast<Transfer*>(context);
    if (transfer.socket == socket) transfer.socket = CURL_SOCKET_BAD;
    return ::close(socket);
}

bool must_end(Transfer& transfer) {
    if (transfer.stop.stop_requested()) return true;
    if (!transfer.conversation.closing()) return false;
    const auto now = Clock::now();
    if (!transfer.closing_since) transfer.closing_since = now;
    return now - *transfer.closing_since >= kClosingMax;
}

/// Called at least once a second. Not 0: libcurl ends the transfer.
int progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(context);
    if (!must_end(transfer)) return 0;
    // Else libcurl may still send QUIT and wait a second for its answer.
    if (transfer.socket != CURL_SOCKET_BAD) (void)::shutdown(transfer.socket, SHUT_RDWR);
    return 1;
}

class EasyHandle {
public:
    EasyHandle() : handle_(curl_easy_init(), curl_easy_cleanup) {}

    template <class Value>
    void set(CURLoption option, Value value) {
        if (code_ == CURLE_OK) code_ = curl_easy_setopt(handle_.get(), option, value);
    }

    void set(CURLoption option, const std::string& value) { set(option, value.c_str()); }

    /// Runs the transfer, unless an option could not be set.
    [[nodiscard]] CURLcode perform() {
        if (code_ == CURLE_OK) code_ = curl_easy_perform(handle_.get());
        return code_;
    }

private:
    std::unique_ptr<CURL, void (*)(CURL*)> handle_;
    CURLcode code_ = CURLE_OK;
};

void set_security(EasyHandle& easy, const MailRoute& route) {
    const bool plain_allowed = route.tls == MailTls::IfOffered;
    easy.set(CURLOPT_PROTOCOLS_STR, route.tls == MailTls::Implicit ? "smtps" : "smtp");
    easy.set(CURLOPT_USE_SSL, static_cast<long>(plain_allowed ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    easy.set(CURLOPT_SSL_VERIFYPEER, 1L);
    easy.set(CURLOPT_SSL_VERIFYHOST, 2L);
    easy.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!route.authorities.empty()) {
        easy.set(CURLOPT_CAINFO, route.authorities);
        easy.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (route.password.reveal().empty()) return;
    easy.set(CURLOPT_USERNAME, route.user);
    easy.set(CURLOPT_PASSWORD, route.password.reveal().data());  // Ends in a zero: a std::string.
    // libcurl would prefer methods that need a Kerberos ticket or use broken hash functions.
    easy.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
}

void set_limits(EasyHandle& easy, const MailRoute& route) {
    easy.set(CURLOPT_TIMEOUT_MS, static_cast<long>(route.limit.count()));
    easy.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(route.limit.count()));
    easy.set(CURLOPT_NOSIGNAL, 1L);
    // Else the end of the transfer waits for a look-up of the name that hangs.
    easy.set(CURLOPT_QUICK_EXIT, 1L);
    // Else QUIT is sent when the handle is destroyed, where no callback can end the wait for it.
    easy.set(CURLOPT_FORBID_REUSE, 1L);
    easy.set(CURLOPT_PROXY, "");  // No proxy, whatever the environment says.
}

void set_callbacks(EasyHandle& easy, Transfer& transfer, char* error) {
    easy.set(CURLOPT_UPLOAD, 1L);
    easy.set(CURLOPT_READFUNCTION, &read_message);
    easy.set(CURLOPT_READDATA, &transfer);
    easy.set(CURLOPT_VERBOSE, 1L);
    easy.set(CURLOPT_DEBUGFUNCTION, &follow);
    easy.set(CURLOPT_DEBUGDATA, &transfer);
    easy.set(CURLOPT_SOCKOPTFUNCTION, &socket_opened);
    easy.set(CURLOPT_SOCKOPTDATA, &transfer);
    easy.set(CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
    easy.set(CURLOPT_CLOSESOCKETDATA, &transfer);
    easy.set(CURLOPT_NOPROGRESS, 0L);
    easy.set(CURLOPT_XFERINFOFUNCTION, &progress);
    easy.set(CURLOPT_XFERINFODATA, &transfer);
    easy.set(CURLOPT_ERRORBUFFER, error);
}

std::string failure_of(CURLcode code, std::string_view detail) {
    std::string text = detail.empty() ? curl_easy_strerror(code) : base::plain_line(detail);
    switch (static_cast<int>(code)) {
        case CURLE_PEER_FAILED_VERIFICATION:
            return "the certificate of the server does not verify: " + text;
        case CURLE_OPERATION_TIMEDOUT:
            return "the server did not answer in time: " + text;
        case CURLE_USE_SSL_FAILED:
            return "the server does not offer STARTTLS, and without it nothing is sent";
        case CURLE_LOGIN_DENIED:
            return "the server supports neither AUTH PLAIN nor AUTH LOGIN";
        default:
            return text;
    }
}

}  // namespace

bool prepare_mail_transfer() {
    static const bool kPrepared = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return kPrepared;
}

ports::Delivery send_mail(const MailRoute& route,
                          const Envelope& envelope,
                          const std::string& message,
                          const std::stop_token& stop) {
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> recipients(
        [&envelope] {
            curl_slist* list = nullptr;
            for (const std::string& address : envelope.to)
                list = curl_slist_append(list, address.c_str());
            return list;
        }(),
        curl_slist_free_all);
    Transfer transfer{.unsent = message, .stop = stop};
    std::array<char, CURL_ERROR_SIZE> error{};
    EasyHandle easy;  // Destroyed first: until then it uses all of the above.
    easy.set(CURLOPT_URL, route.server.url());
    set_security(easy, route);
    set_limits(easy, route);
    set_callbacks(easy, transfer, error.data());
    easy.set(CURLOPT_MAIL_FROM, envelope.from);
    easy.set(CURLOPT_MAIL_RCPT, recipients.get());
    // One wrong address must not keep the message from the other recipients.
    easy.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    const CURLcode code = easy.perform();
    return transfer.conversation.delivery(failure_of(code, error.data()));
}

}  // namespace botcore::notify_email
