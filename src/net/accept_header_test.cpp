#include "net/accept_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace botcore::net {
namespace {

bool wants_json(std::string_view accept) {
    return preferred_media(accept, {.usual = "text/html", .other = "application/json"}) ==
           "application/json";
}

TEST(AcceptHeader, TheUsualTypeIsSentUnlessTheOtherIsPreferred) {
    for (const char* accept : {"",
                               "*/*",
                               "text/html",
                               "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                               "application/json;q=0.5, text/html",
                               "application/json, text/html",
                               "text/*, application/json;q=0.9",
                               "image/png",
                               "application/json;q=0",
                               "application/json;q=0, text/html;q=0"}) {
        EXPECT_FALSE(wants_json(accept)) << accept;
    }
}

TEST(AcceptHeader, TheOtherTypeIsSentIfItIsPreferred) {
    for (const char* accept : {"application/json",
                               "APPLICATION/Json",
                               " application/json ; q=0.1 ",
                               "application/json, */*",
                               "application/json, text/plain, */*",
                               "application/*",
                               "text/html;q=0.5, application/json;q=0.501",
                               "text/html;q=0, */*",
                               "application/json;charset=utf-8;Q=1.000"}) {
        EXPECT_TRUE(wants_json(accept)) << accept;
    }
}

TEST(AcceptHeader, PartsThatCannotBeReadAreIgnored) {
    for (const char* bad : {"application/json;q=",
                            "application/json;q=2",
                            "application/json;q=1.001",
                            "application/json;q=0.1234",
                            "application/json;q=-1",
                            "application/json;q=.5",
                            "application/json;q=1x",
                            "application/json/",
                            ",;,=;q",
                            "/",
                            "/*"}) {
        EXPECT_FALSE(wants_json(bad)) << bad;
        EXPECT_TRUE(wants_json(std::string(bad) + ", application/json")) << bad;
    }
}

}  // namespace
}  // namespace botcore::net
