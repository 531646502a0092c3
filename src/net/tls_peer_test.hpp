#pragma once

/// A server with a self-signed certificate, for tests: a thread with blocking sockets and OpenSSL,
/// so that it shares no code with the client under test.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

namespace botcore::net {

class TlsPeer {
public:
    /// `host` is the name in the certificate; when empty, the server does not use TLS and sends
    /// `response` at once.
    TlsPeer(const std::string& host, std::string response)
        : answer_(std::move(response)),
          key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
          certificate_(X509_new(), X509_free),
          tls_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
          speaks_tls_(!host.empty()) {
        sign(host);
        SSL_CTX_use_certificate(tls_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(tls_.get(), key_.get());
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        (void)::listen(listener_, 8);
        socklen_t size = sizeof address;
        (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    ~TlsPeer() {
        (void)::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        (void)::close(listener_);
    }

    [[nodiscard]] std::string url(const std::string& host) const {
        return "https://" + host + ":" + std::to_string(port_);
    }

    /// The server's certificate in PEM, for a client that should trust it.
    [[nodiscard]] std::string certificate() const {
        const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_X509(memory.get(), certificate_.get());
        char* text = nullptr;
        const long size = BIO_get_mem_data(memory.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }

    /// The number of requests received after a completed handshake.
    [[nodiscard]] int requests() const { return requests_; }

private:
    void sign(const std::string& host) {
        X509* certificate = certificate_.get();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3'600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
        X509_set_pubkey(certificate, key_.get());
        X509_NAME* name = X509_get_subject_name(certificate);
        const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        const std::string names = "DNS:" + host;
        X509_EXTENSION* extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
        if (extension != nullptr) X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
        X509_sign(certificate, key_.get(), EVP_sha256());
    }

    void serve() {
        while (true) {
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            if (speaks_tls_) {
                talk(socket);
            } else {
                (void)::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL);
                char ignored[1'024];
                (void)::recv(socket, ignored, sizeof ignored, 0);
            }
            (void)::close(socket);
        }
    }

    void talk(int socket) {
        const std::unique_ptr<SSL, void (*)(SSL*)> session(SSL_new(tls_.get()), SSL_free);
        SSL_set_fd(session.get(), socket);
        if (SSL_accept(session.get()) != 1) return;
        char request[4'096];
        if (SSL_read(session.get(), request, sizeof request) <= 0) return;
        ++requests_;
        (void)SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
        (void)SSL_shutdown(session.get());
    }

    std::string answer_;
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
    std::unique_ptr<X509, void (*)(X509*)> certificate_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_;
    bool speaks_tls_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> requests_{0};
    std::thread thread_;
};

}  // namespace botcore::net
