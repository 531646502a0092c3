// A file system that is really full: the daemon's folder lies on a small file system of its own.

#include "tests/crash/api_calls.hpp"
#include "tests/crash/daemon_process.hpp"
#include "tests/crash/store_audit.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace botcore::crash {
namespace {

using std::chrono::seconds;

/// Writes until the file system is full.
class Filler {
public:
    explicit Filler(std::filesystem::path path) : path_(std::move(path)) {}

    void fill() const {
        const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ASSERT_GE(file, 0);
        constexpr std::array<char, 4'096> kPage{};
        while (::write(file, kPage.data(), kPage.size()) > 0) {
        }
        ::close(file);
    }

    void free() const { ::unlink(path_.c_str()); }

private:
    std::filesystem::path path_;
};

class FullDiskTest : public testing::Test {
protected:
    void SetUp() override {
        // A mount namespace of its own: its mounts disappear with this process.
        if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=160m") != 0) {
            GTEST_SKIP() << "mounting a small file system needs root: " << std::strerror(errno);
        }
        mounted_ = true;
        const auto started = daemon_.start();
        ASSERT_TRUE(started) << started.error();
    }

    void TearDown() override {
        daemon_.kill();
        if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
    }

    [[nodiscard]] Answer order(const std::string& fields, const std::string& key) {
        return daemon_.ask(place_order("futures", "{" + fields + "}", key)).value_or(Answer{});
    }

    [[nodiscard]] Answer entry(const std::string& key) {
        return order(R"("symbol":"BTCUSDT","side":"BUY","quantity":"0.01")", key);
    }

    /// Sends entries with new keys until a response has this status.
    [[nodiscard]] bool entry_ends_with(int status, const std::string& prefix) {
        int number = 0;
        return wait_until(seconds(30), [&] {
            last_ = entry(prefix + std::to_string(++number));
            return last_.status == status;
        });
    }

    TemporaryFolder folder_;
    bool mounted_ = false;
    DaemonProcess daemon_{{.program = {}, .data = folder_.path() / "data", .arguments = {}}};
    Answer last_;
};

// @spec:I9 TC-REL-010
TEST_F(FullDiskTest, RefusesEntriesAcceptsExitsAndRecoversByItself) {
    ASSERT_EQ(entry("bought").status, 200);
    const std::string resting_fields =
        R"("symbol":"BTCUSDT","side":"BUY","type":"LIMIT","price":"58500","quantity":"0.01")";
    const Answer resting = order(resting_fields, "resting");
    ASSERT_EQ(resting.status, 200) << resting.body;
    const Filler filler(folder_.path() / "filler");
    filler.fill();
    ASSERT_TRUE(entry_ends_with(503, "full-")) << last_.status << last_.body;
    EXPECT_EQ(field_of(last_.body, "code"), "DISK_FULL");
    // Another process that waits for space also uses the space that the reserve released.
    filler.fill();
    const auto canceled = daemon_.ask(
        cancel_order("futures", std::string(field_of(resting.body, "order_id")), "cancel"));
    ASSERT_TRUE(canceled.has_value());
    EXPECT_EQ(canceled->status, 200) << canceled->body;
    const auto closed = daemon_.ask(close_position("futures", "BTCUSDT", "close"));
    ASSERT_TRUE(closed.has_value());
    EXPECT_EQ(closed->status, 200) << closed->body;
    EXPECT_EQ(field_of(closed->body, "status"), "FILLED") << closed->body;
    filler.free();
    EXPECT_TRUE(entry_ends_with(200, "free-")) << last_.status << last_.body;
    daemon_.kill();
    const AuditReport report = audit_store(daemon_.data(), TradeLog());
    EXPECT_TRUE(report.clean()) << report.findings.front();
}

}  // namespace
}  // namespace botcore::crash
