#include "services/archive/sealing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <concepts>
#include <fstream>
#include <sstream>

namespace botcore::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Printable<ArchiveKey>);
static_assert(!std::copyable<ArchiveKey>);
static_assert(!std::equality_comparable<ArchiveKey>);
static_assert(!std::default_initializable<ArchiveKey>);

class Sealing : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "sealing-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }

    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }

    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(file(name)).rdbuf();
        return text.str();
    }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
        ASSERT_EQ(::chmod(file(name).c_str(), 0600), 0);
    }

    [[nodiscard]] ArchiveKey key(const std::string& name = "key") const {
        auto made = ArchiveKey::create(file(name));
        EXPECT_TRUE(made);
        return std::move(made).value();
    }

    /// `packed` sealed with the key of the file, as if `seal` had compressed it.
    [[nodiscard]] std::string sealed_raw(const std::string& packed) const {
        const std::string line = text_of("key");
        std::array<unsigned char, 32> secret{};
        EXPECT_EQ(sodium_hex2bin(
                      secret.data(), secret.size(), line.data(), 64, nullptr, nullptr, nullptr),
                  0);
        const std::string id = ArchiveKey::load(file("key")).value().id();
        std::array<unsigned char, 8> id_bytes{};
        EXPECT_EQ(sodium_hex2bin(
                      id_bytes.data(), id_bytes.size(), id.data(), 16, nullptr, nullptr, nullptr),
                  0);
        std::string head = "BCA1" + std::string(id_bytes.begin(), id_bytes.end());
        const std::string data = head + "name";
        const std::string nonce(24, 'n');
        std::string secretly(packed.size() + 16, '\0');
        const auto bytes = [](const std::string& text) {
            return reinterpret_cast<const unsigned char*>(text.data());
        };
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            reinterpret_cast<unsigned char*>(secretly.data()),
            nullptr,
            bytes(packed),
            packed.size(),
            bytes(data),
            data.size(),
            nullptr,
            bytes(nonce),
            secret.data());
        return head + nonce + secretly;
    }

    fs::path folder_;
};

TEST_F(Sealing, OpensWhatWasSealedUnderItsName) {
    const ArchiveKey one = key();
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    for (const std::string& plain :
         {std::string(), std::string("x"), all, std::string(1U << 20U, 'a')}) {
        const auto opened = one.open("journal/1", one.seal("journal/1", plain));
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened.value(), plain);
    }
}

// @spec:R3-BKP-04 R3-AC-14
TEST_F(Sealing, RevealsNoContentAndNeverSealsTheSameWayTwice) {
    const ArchiveKey one = key();
    const std::string plain = "order BTCUSDT order BTCUSDT 0.01";
    const std::string sealed = one.seal("journal/1", plain);
    EXPECT_EQ(sealed.find("BTCUSDT"), std::string::npos);
    EXPECT_EQ(sealed.find("journal"), std::string::npos);
    EXPECT_TRUE(sealed.starts_with("BCA1"));
    EXPECT_NE(one.seal("journal/1", plain), sealed);
}

TEST_F(Sealing, CompressesRepetitiveContent) {
    const ArchiveKey one = key();
    EXPECT_LT(one.seal("a", std::string(1U << 20U, 'a')).size(), 1'000U);
}

TEST_F(Sealing, DetectsEveryChangedBitAndEveryMissingByte) {
    const ArchiveKey one = key();
    const std::string sealed = one.seal("journal/1", "the plain text of an object");
    for (std::size_t place = 0; place < sealed.size(); ++place) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string changed = sealed;
            changed[place] =
                static_cast<char>(static_cast<unsigned char>(changed[place]) ^ 1U << bit);
            const auto opened = one.open("journal/1", changed);
            ASSERT_FALSE(opened) << place;
            const SealError wanted = place < 4    ? SealError::NotSealed
                                     : place < 12 ? SealError::OtherKey
                                                  : SealError::Tampered;
            EXPECT_EQ(opened.error(), wanted) << place;
        }
        EXPECT_FALSE(one.open("journal/1", sealed.substr(0, place))) << place;
    }
    EXPECT_EQ(one.open("journal/1", sealed + "x").error(), SealError::Tampered);
}

TEST_F(Sealing, DetectsAnObjectStoredUnderAnotherName) {
    const ArchiveKey one = key();
    const std::string sealed = one.seal("journal/1", "plain");
    EXPECT_EQ(one.open("journal/2", sealed).error(), SealError::Tampered);
    EXPECT_EQ(one.open("", sealed).error(), SealError::Tampered);
}

TEST_F(Sealing, DistinguishesAnotherKeyFromDamage) {
    const ArchiveKey one = key();
    const ArchiveKey two = key("other");
    EXPECT_EQ(two.open("a", one.seal("a", "plain")).error(), SealError::OtherKey);
    EXPECT_NE(one.id(), two.id());
    EXPECT_EQ(one.id().size(), 16U);
    EXPECT_EQ(text_of("key").find(one.id()), std::string::npos);
}

TEST_F(Sealing, ReportsBytesThatAreNotASealedObject) {
    const ArchiveKey one = key();
    EXPECT_EQ(one.open("a", "").error(), SealError::NotSealed);
    EXPECT_EQ(one.open("a", "BCA1").error(), SealError::NotSealed);
    EXPECT_EQ(one.open("a", std::string(100, 'x')).error(), SealError::NotSealed);
}

TEST_F(Sealing, RejectsADecompressionBombBeforeAllocatingMemory) {
    const ArchiveKey one = key();
    std::string bomb(200'000, '\0');
    const std::string zeros(kPlainBytesMax + 1, '\0');
    bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 3));
    ASSERT_LT(bomb.size(), 100'000U);
    EXPECT_EQ(one.open("name", sealed_raw(bomb)).error(), SealError::TooLarge);
}

TEST_F(Sealing, AcceptsTheLargestObject) {
    const ArchiveKey one = key();
    const std::string zeros(kPlainBytesMax, '\0');
    const auto opened = one.open("name", one.seal("name", zeros));
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened.value() == zeros);
}

TEST_F(Sealing, RejectsSealedBytesThatAreNotACompressedFrame) {
    const ArchiveKey one = key();
    EXPECT_EQ(one.open("name", sealed_raw("no frame at all")).error(), SealError::NotSealed);
    EXPECT_EQ(one.open("name", sealed_raw("")).error(), SealError::NotSealed);
    std::string frame(100, '\0');
    frame.resize(ZSTD_compress(frame.data(), frame.size(), "plain", 5, 3));
    EXPECT_EQ(one.open("name", sealed_raw(frame)).value(), "plain");
    EXPECT_EQ(one.open("name", sealed_raw(frame.substr(0, frame.size() - 1))).error(),
              SealError::NotSealed);
    EXPECT_EQ(one.open("name", sealed_raw(frame + "more")).error(), SealError::NotSealed);
}

TEST_F(Sealing, AKeyFileIsPrivateAndNeverOverwritten) {
    const std::string id = key().id();
    struct stat status{};
    ASSERT_EQ(::stat(file("key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(text_of("key").size(), 65U);
    const std::string before = text_of("key");
    EXPECT_THAT(ArchiveKey::create(file("key")).error(), HasSubstr("File exists"));
    EXPECT_EQ(text_of("key"), before);
    EXPECT_EQ(ArchiveKey::load(file("key")).value().id(), id);
}

TEST_F(Sealing, RejectsAKeyFileThatOthersMayUse) {
    (void)key();
    for (const mode_t mode : {0640U, 0604U, 0622U}) {
        ASSERT_EQ(::chmod(file("key").c_str(), mode), 0);
        EXPECT_THAT(ArchiveKey::load(file("key")).error(), HasSubstr("chmod 600"));
    }
}

TEST_F(Sealing, RejectsAKeyFileWithoutAKey) {
    const std::string digits(64, 'a');
    for (const std::string& text : {std::string(),
                                    digits.substr(1),
                                    digits + "a",
                                    digits + "\n\n",
                                    digits.substr(1) + "g",
                                    " " + digits.substr(1),
                                    std::string(10'000, 'a')}) {
        write("bad", text);
        const auto loaded = ArchiveKey::load(file("bad"));
        ASSERT_FALSE(loaded) << text.substr(0, 100);
        EXPECT_THAT(loaded.error(), HasSubstr("64 hexadecimal digits"));
        EXPECT_EQ(loaded.error().find("aaaa"), std::string::npos);
    }
    write("good", digits);
    EXPECT_TRUE(ArchiveKey::load(file("good")));
    EXPECT_THAT(ArchiveKey::load(file("none")).error(), HasSubstr("No such file"));
}

TEST_F(Sealing, CopiesTheSameKeyAndReplacesNoOther) {
    const ArchiveKey one = key();
    ASSERT_TRUE(one.copy_to(file("escrow")));
    ASSERT_TRUE(one.copy_to(file("escrow")));
    EXPECT_EQ(text_of("escrow"), text_of("key"));
    struct stat status{};
    ASSERT_EQ(::stat(file("escrow").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const ArchiveKey two = key("other");
    const auto refused = two.copy_to(file("escrow"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("contains another key"));
    EXPECT_EQ(text_of("escrow"), text_of("key"));
    write("damaged", "no key");
    EXPECT_FALSE(one.copy_to(file("damaged")));
    EXPECT_FALSE(one.copy_to(file("none/escrow")));
}

TEST_F(Sealing, AMovedKeyStillOpensObjects) {
    ArchiveKey one = key();
    const std::string sealed = one.seal("a", "plain");
    ArchiveKey moved(std::move(one));
    EXPECT_EQ(moved.open("a", sealed).value(), "plain");
    ArchiveKey assigned = key("other");
    assigned = std::move(moved);
    EXPECT_EQ(assigned.open("a", sealed).value(), "plain");
}

TEST(SealErrors, EveryErrorHasAText) {
    for (const SealError error :
         {SealError::NotSealed, SealError::OtherKey, SealError::Tampered, SealError::TooLarge}) {
        EXPECT_FALSE(to_text(error).empty());
    }
}

}  // namespace
}  // namespace botcore::archive
