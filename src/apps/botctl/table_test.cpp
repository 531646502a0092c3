#include "apps/botctl/table.hpp"

#include "apps/botctl/daemon_client.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

namespace botcore::botctl {
namespace {

constexpr std::array<Column, 2> kColumns = {{{"NAME", "name"}, {"SIZE", "size", Align::Right}}};

TEST(Table, AlignsTextLeftAndNumbersRight) {
    std::ostringstream out;
    const auto rows =
        boost::json::parse(R"([{"name":"a","size":"12.5"},{"name":"long","size":null}])");
    print_table(out, rows.as_array(), kColumns, "nothing");
    EXPECT_EQ(out.str(), "NAME  SIZE\na     12.5\nlong     -\n");
}

TEST(Table, PrintsANoteForAnEmptyList) {
    std::ostringstream out;
    print_table(out, {}, kColumns, "nothing");
    EXPECT_EQ(out.str(), "nothing\n");
}

// A text from the daemon must not move the cursor or change the title of the window.
TEST(Table, ShowsNoControlCharacters) {
    std::ostringstream out;
    const auto rows = boost::json::parse("[{\"name\":\"a\\u001b[2Jb\\nc\\u007f\"}]");
    print_table(out, rows.as_array(), kColumns, "nothing");
    EXPECT_EQ(out.str(), "NAME       SIZE\na [2Jb c      -\n");
    out.str("");
    const auto turned = boost::json::parse("[{\"name\":\"a\\u009b2Jb\\u202ec\\u2066\"}]");
    print_table(out, turned.as_array(), kColumns, "nothing");
    EXPECT_EQ(out.str(), "NAME      SIZE\na 2Jb c      -\n");
}

TEST(DaemonClient, GeneratesUniqueKeysAndEncodesPaths) {
    EXPECT_EQ(new_key().size(), 36U);
    EXPECT_NE(new_key(), new_key());
    EXPECT_EQ(encoded("BTC/USDT ?"), "BTC%2FUSDT%20%3F");
}

TEST(DaemonClient, IsUnavailableWithoutDaemonAndFiles) {
    DaemonClient client(
        {.url = "http://127.0.0.1:1", .data = "/nonexistent", .output = Output::Json});
    EXPECT_EQ(client.read("/health", nullptr), kExitUnavailable);
    EXPECT_FALSE(OfflineStore::open("/nonexistent").has_value());
    DaemonClient wrong({.url = "ftp://x", .data = "/nonexistent", .output = Output::Json});
    EXPECT_EQ(wrong.read("/health", nullptr), kExitUsage);
}

}  // namespace
}  // namespace botcore::botctl
