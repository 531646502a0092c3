#pragma once

/// A real S3 server over TLS as a child process, for tests: s3rver on Node (tests/s3).

#include "adapters/archive_s3/s3_repository.hpp"
#include "net/tls_client_test.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace botcore::archive_s3 {

/// Why the server cannot run here; empty: it can run.
inline std::string s3_server_missing() {
    if (std::system("command -v node >/dev/null") != 0) return "node is not installed";
    if (std::filesystem::exists("tests/s3/node_modules/s3rver")) return {};
    return "tests/s3/node_modules is missing: run tools/install_test_servers.sh";
}

/// In CI, tests must not be skipped.
inline bool in_ci() {
    const char* const ci = std::getenv("CI");
    return ci != nullptr && std::string_view(ci) == "true";
}

class S3Server {
public:
    S3Server() {
        std::string folder = (std::filesystem::temp_directory_path() / "s3-XXXXXX").string();
        EXPECT_NE(::mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        net::make_certificate({certificate(), file("key.pem")}, "localhost");
        start();
    }

    S3Server(const S3Server&) = delete;
    S3Server& operator=(const S3Server&) = delete;

    ~S3Server() {
        kill();
        std::filesystem::remove_all(folder_);
    }

    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }

    void hang() const {
        ::kill(child_, SIGSTOP);
        int status = 0;
        ::waitpid(child_, &status, WUNTRACED);
    }

    [[nodiscard]] std::string certificate() const { return file("certificate.pem"); }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

    [[nodiscard]] S3Options options(const std::string& where = "archive/bot-1") const {
        const std::string place = "s3://" + where +
                                  "?endpoint=https://localhost:" + std::to_string(port_) +
                                  "&region=eu-central-1";
        return {.place = parse_s3_place(place).value(),
                .credentials = {.access_key = host::Secret("S3RVER"),
                                .secret_key = host::Secret("S3RVER")},
                .authorities = certificate(),
                .keys_of_a_page = 3};
    }

private:
    /// Waits for the line with the port, which the server prints when it listens.
    void start() {
        int ends[2] = {-1, -1};
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const std::string key = file("key.pem");
        const std::string shown = certificate();
        const std::string data = file("data");
        child_ = ::fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::dup2(ends[1], STDOUT_FILENO);
            ::execlp("node",
                     "node",
                     // The server encrypts its continuation tokens with DES, which OpenSSL 3 offers
                     // only as legacy.
                     "--openssl-legacy-provider",
                     "tests/s3/server.mjs",
                     data.c_str(),
                     shown.c_str(),
                     key.c_str(),
                     nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string line;
        char letter = 0;
        while (::read(ends[0], &letter, 1) == 1 && letter != '\n')
            line += letter;
        ::close(ends[0]);
        ASSERT_FALSE(line.empty()) << "the S3 server ended before it listened";
        port_ = std::atoi(line.c_str());
    }

    std::filesystem::path folder_;
    int port_ = 0;
    pid_t child_ = -1;
};

}  // namespace botcore::archive_s3
