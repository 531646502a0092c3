#include "host/config.hpp"

#include "host/given_settings.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace botcore::host {
namespace {

class TomlFile {
public:
    explicit TomlFile(const std::string& text) { std::ofstream(path()) << text; }

    [[nodiscard]] std::string path() const { return folder_.file("botcore.toml"); }

private:
    scratch::TemporaryFolder folder_;
};

TEST(Config, EveryDefaultIsAValidValue) {
    for (const auto& key : config_keys()) {
        Config config;
        EXPECT_TRUE(config.set(key.name, key.fallback, "test")) << key.name;
        EXPECT_FALSE(key.meaning.empty()) << key.name;
    }
}

// @spec:RC-01 RC-02 RC-03 RC-04 RC-05
TEST(Config, RejectsValuesJustOutsideTheirRange) {
    for (const auto& key : config_keys()) {
        if (key.kind != ConfigKind::Integer) continue;
        Config config;
        EXPECT_TRUE(config.set(key.name, std::to_string(key.min), "test"));
        EXPECT_TRUE(config.set(key.name, std::to_string(key.max), "test"));
        EXPECT_FALSE(config.set(key.name, std::to_string(key.min - 1), "test"));
        EXPECT_FALSE(config.set(key.name, std::to_string(key.max + 1), "test"));
        EXPECT_FALSE(config.set(key.name, "1.5", "test"));
        EXPECT_FALSE(config.set(key.name, "", "test"));
    }
}

TEST(Config, APasswordIsNeitherShownNorRepeatedInAnError) {
    Config config;
    ASSERT_TRUE(config.set("cache.url", "redis://:secret@localhost", "test"));
    for (const auto& key : config_keys()) {
        const std::string text = shown(key, config.value(key.name));
        EXPECT_EQ(text.find("secret"), std::string::npos) << key.name;
        if (key.name == "cache.url") EXPECT_EQ(text, "(set)");
        if (key.name == "http.port") EXPECT_EQ(text, "8080");
    }
    const auto mistake = config.set("cache.url", "redis://:secret@", "test");
    ASSERT_FALSE(mistake.has_value());
    EXPECT_EQ(mistake.error().find("secret"), std::string::npos);
}

// Values are used in headers, paths and log lines.
TEST(Config, RejectsLineEndsAndOtherControlCharacters) {
    for (const char* key : {"archive.s3_key_id",
                            "archive.s3_secret",
                            "archive.repository",
                            "archive.key_file",
                            "cache.url",
                            "log.file",
                            "http.address"}) {
        for (const char* value : {"a\r\nX-Evil: 1", "a\n", "a\tb", "\x1b[2J", "a\x7f"}) {
            Config config;
            const auto set = config.set(key, value, "here");
            ASSERT_FALSE(set) << key;
            EXPECT_NE(set.error().find("expected one line of text"), std::string::npos)
                << set.error();
            EXPECT_EQ(set.error().find("Evil"), std::string::npos);
        }
    }
    Config config;
    EXPECT_TRUE(config.set("archive.key_file", "/srv/schl\xc3\xbcssel", "here"));
}

TEST(Config, TheLaterSourceWins) {
    const TomlFile file("[http]\nport = 9000\n[market]\nsource = \"recorded\"\n");
    Config config;
    ASSERT_TRUE(config.read_file(file.path()));
    EXPECT_EQ(config.integer("http.port"), 9000);
    EXPECT_EQ(config.text("market.source"), "recorded");
    const std::array<const char*, 4> environment = {
        "HOME=/", "BOTCORE_HTTP_PORT=9001", "BOTTEST_DATA=/x", nullptr};
    ASSERT_TRUE(config.read_environment(environment.data()));
    EXPECT_EQ(config.integer("http.port"), 9001);
    EXPECT_EQ(config.value("http.port").origin, "environment variable BOTCORE_HTTP_PORT");
    EXPECT_EQ(config.value("market.source").origin, file.path() + ", line 4");
    EXPECT_EQ(config.value("market.seed").origin, "default");
}

TEST(Config, ExplainsWhatIsWrongWithAFile) {
    const auto error_of = [](const std::string& text) {
        const TomlFile file(text);
        Config config;
        const auto outcome = config.read_file(file.path());
        return outcome ? std::string() : outcome.error();
    };
    EXPECT_NE(error_of("[http]\nport = 70000\n").find("from 0 to 65535"), std::string::npos);
    EXPECT_NE(error_of("[http]\npott = 1\n").find("no key 'http.pott'"), std::string::npos);
    EXPECT_NE(error_of("port = 1\n").find("outside of a table"), std::string::npos);
    EXPECT_NE(error_of("[http\n").find("line 1"), std::string::npos);
    EXPECT_NE(error_of("[http]\nport = [1]\n").find("expected a text"), std::string::npos);
    EXPECT_NE(error_of("[paper]\ndeposit = \"1e3\"\n").find("decimal number"), std::string::npos);
    EXPECT_NE(error_of("[shutdown]\ncancel_entries = \"yes\"\n")
                  .find("true or false, but "
                        "received 'yes'"),
              std::string::npos);
    EXPECT_NE(error_of("[market]\nsource = \"x\"\n").find("generated or recorded"),
              std::string::npos);
    EXPECT_NE(error_of("[http]\n\nport = 70000\n").find("botcore.toml, line 3: http.port"),
              std::string::npos);
    EXPECT_NE(error_of("[http]\nprot = 1\n").find("did you mean http.port?"), std::string::npos);
    const std::string two = error_of("port = 1\n[http]\npott = 1\nport = 70000\n");
    EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2)
        << "All errors are reported together: " << two;
}

// A settings file that cannot be read is an error, never a silent use of the defaults.
TEST(Config, AnUnreadableFileIsAnErrorAndNotEmpty) {
    const scratch::TemporaryFolder folder;
    std::filesystem::create_directory(folder.file("folder"));
    std::filesystem::create_symlink(folder.file("nowhere"), folder.file("link"));
    std::ofstream(folder.file("huge")) << std::string((1U << 20U) + 1, '\n');
    for (const auto& [name, received] :
         std::vector<std::pair<std::string, std::string>>{{"folder", "it is a folder"},
                                                          {"link", "which does not exist"},
                                                          {"none", "no file exists there"},
                                                          {"huge", "more than 1048576 bytes"}}) {
        Config config;
        const auto read = config.read_file(folder.file(name));
        ASSERT_FALSE(read) << name;
        EXPECT_NE(read.error().find("expected a file that can be read at "), std::string::npos);
        EXPECT_NE(read.error().find(received), std::string::npos) << read.error();
    }
}

TEST(Config, AVariableThatIsNotASettingIsAnError) {
    for (const auto& [variable, said] : std::vector<std::pair<const char*, std::string>>{
             {"BOTCORE_HTTP_PROT=1", "did you mean BOTCORE_HTTP_PORT?"},
             {"BOTCORE_MARKET_SORCE=x", "did you mean BOTCORE_MARKET_SOURCE?"},
             {"BOTCORE_http_port=1", "did you mean BOTCORE_HTTP_PORT?"},
             {"BOTCORE_SERVICE_HOST=10.0.0.1", "enableServiceLinks: false"},
             {"BOTCORE_PORT=tcp://10.0.0.1:8080", "a Service called botcore"},
             {"BOTCORE_=1", "there is no setting BOTCORE_"}}) {
        Config config;
        const std::array<const char*, 3> environment = {variable, "BOTCORE_HTTP_PORT=1", nullptr};
        const auto read = config.read_environment(environment.data());
        ASSERT_FALSE(read) << variable;
        EXPECT_NE(read.error().find(said), std::string::npos) << read.error();
        EXPECT_EQ(read.error().find("10.0.0.1"), std::string::npos) << "The value may be secret.";
        EXPECT_EQ(config.integer("http.port"), 1) << "The other keys are checked as well.";
    }
}

TEST(Config, GathersSettingsFromFileEnvironmentAndCommandLine) {
    const TomlFile file("[http]\nport = 9000\n[market]\nseed = 5\n");
    const std::array<const char*, 2> environment = {"BOTCORE_MARKET_SEED=6", nullptr};
    const auto good = gather_settings(
        {.file = file.path(), .flags = {{"--port", "0"}}, .sets = {"paper.deposit=5"}},
        environment.data());
    EXPECT_TRUE(good.mistakes.empty());
    EXPECT_EQ(good.config.value("http.port").origin, "command line, --port");
    EXPECT_EQ(good.config.value("paper.deposit").origin, "command line, --set");
    EXPECT_EQ(good.config.integer("market.seed"), 6);
    const auto bad = gather_settings(
        {.file = "/nowhere.toml", .flags = {{"--port", "x"}}, .sets = {"paper.deposit", "a=b"}},
        nullptr);
    EXPECT_EQ(bad.mistakes.size(), 4U);
    for (const auto& [flag, key] : key_flags())
        EXPECT_NO_FATAL_FAILURE((void)bad.config.value(key)) << flag;
}

// Without the macros that config.cpp changes, the TOML library ends the process for some of these
// texts.
TEST(Config, ABrokenTableHeaderIsReportedAsAnError) {
    using std::string_literals::operator""s;
    for (const std::string& text : {"[\n[market]\n"s,
                                    "[\0t\0r]\n"s,
                                    "[;]\n"s,
                                    "[[\n"s,
                                    "[http]\nport\x01 = 1\n"s,
                                    "[[a]\n"s,
                                    "[http]\nport = -\xCE\x8C\n"s}) {
        const TomlFile file(text);
        Config config;
        const auto read = config.read_file(file.path());
        ASSERT_FALSE(read.has_value());
        EXPECT_NE(read.error().find("line "), std::string::npos) << read.error();
    }
}

TEST(Config, AnErrorInTheEnvironmentNamesItsVariable) {
    Config config;
    const std::array<const char*, 2> environment = {"BOTCORE_MARKET_SPEED=fast", nullptr};
    const auto outcome = config.read_environment(environment.data());
    ASSERT_FALSE(outcome);
    EXPECT_NE(outcome.error().find("BOTCORE_MARKET_SPEED"), std::string::npos);
}

}  // namespace
}  // namespace botcore::host
