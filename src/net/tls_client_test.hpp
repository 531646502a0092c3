#pragma once

/// Generated test certificates, and a client that accepts any certificate.

#include "net/test_client_test.hpp"
#include "net/tls_files.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace botcore::net {

/// Creates a key and a certificate signed with it, both as PEM files.
inline void make_certificate(const TlsFiles& files, const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject,
                               "CN",
                               MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()),
                               -1,
                               -1,
                               0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const auto open = [](const std::string& path) {
        return std::unique_ptr<std::FILE, int (*)(std::FILE*)>(std::fopen(path.c_str(), "w"),
                                                               std::fclose);
    };
    PEM_write_X509(open(files.certificate).get(), certificate.get());
    PEM_write_PrivateKey(open(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    ::chmod(files.key.c_str(), 0600);
}

/// A blocking TLS client that accepts any certificate.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION)
        : socket_(port),
          context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
          ssl_(nullptr, SSL_free) {
        SSL_CTX_set_min_proto_version(context_.get(), 0);
        SSL_CTX_set_max_proto_version(context_.get(), version_max);
        SSL_CTX_set_security_level(context_.get(), 0);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), socket_.descriptor());
        connected_ = SSL_connect(ssl_.get()) == 1;
    }

    [[nodiscard]] bool connected() const { return connected_; }

    void send(std::string_view bytes) {
        (void)SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }

    /// Reads all bytes until the server closes the connection.
    std::string receive_all() {
        std::string all;
        char buffer[16 * 1024];
        int got = 0;
        while ((got = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0)
            all.append(buffer, static_cast<std::size_t>(got));
        closed_properly = SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
        return all;
    }

    [[nodiscard]] std::string name() const {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(
            SSL_get1_peer_certificate(ssl_.get()), X509_free);
        char text[256] = {};
        X509_NAME_get_text_by_NID(
            X509_get_subject_name(certificate.get()), NID_commonName, text, sizeof text);
        return text;
    }

    [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

    bool closed_properly = false;

private:
    TestClient socket_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    bool connected_ = false;
};

}  // namespace botcore::net
