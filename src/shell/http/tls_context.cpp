#include "shell/http/tls_context.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

namespace botcore::shell::http {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

namespace {

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

}  // namespace

base::Result<std::shared_ptr<ssl::context>, std::string> make_tls_context(const TlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const raw = context->native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(
        raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_cipher_list(raw, kCiphers) != 1) {
        return base::Failure{std::string("this OpenSSL knows none of the ciphers")};
    }
    struct stat status{};
    if (::stat(files.key.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
        return base::Failure{"everybody may use the TLS key " + files.key + "; chmod o= it"};
    }
    Error error;
    context->use_certificate_chain_file(files.certificate, error);
    if (error) {
        return base::Failure{"cannot use the TLS certificate " + files.certificate + ": " +
                             error.message()};
    }
    // Also refuses a key that does not belong to the certificate.
    context->use_private_key_file(files.key, ssl::context::pem, error);
    if (error) {
        return base::Failure{"cannot use the TLS key " + files.key + ": " + error.message()};
    }
    return context;
}

}  // namespace botcore::shell::http
