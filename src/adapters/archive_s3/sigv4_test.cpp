#include "adapters/archive_s3/sigv4.hpp"

#include "base/time_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>

namespace botcore::archive_s3 {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

static_assert(!std::copyable<S3Credentials>);

base::Timestamp at(const char* text) {
    return base::parse_iso8601(text).value();
}

// The keys of Amazon's published examples.
S3Credentials example(const char* access) {
    const std::string separator = access == std::string_view("AKIDEXAMPLE") ? "+" : "/";
    return {.access_key = host::Secret(access),
            .secret_key = host::Secret("wJalrXUtnFEMI/K7MDENG" + separator + "bPxRfiCYEXAMPLEKEY")};
}

const std::string kNoBody = sha256_hex("");

class S3Example : public testing::Test {
protected:
    /// Signs like the examples for S3: May 24, 2013, bucket examplebucket.
    std::string sign(RequestToSign request) const {
        request.headers.emplace_back("host", "examplebucket.s3.amazonaws.com");
        request.headers.emplace_back("x-amz-date", "20130524T000000Z");
        request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
        return authorization(
            credentials_, {"us-east-1", "s3", at("2013-05-24T00:00:00Z")}, request);
    }

    S3Credentials credentials_ = example("AKIAIOSFODNN7EXAMPLE");
};

TEST_F(S3Example, SignsAGetWithARange) {
    const std::string signature = sign({.method = "GET",
                                        .path = "/test.txt",
                                        .headers = {{"range", "bytes=0-9"}},
                                        .payload_hash = kNoBody});
    EXPECT_EQ(signature,
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(S3Example, SignsAGetOfASubresource) {
    EXPECT_THAT(
        sign({.method = "GET", .path = "/", .query = {{"lifecycle", ""}}, .payload_hash = kNoBody}),
        EndsWith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST_F(S3Example, SignsAListOfObjects) {
    EXPECT_THAT(sign({.method = "GET",
                      .path = "/",
                      .query = {{"prefix", "J"}, {"max-keys", "2"}},
                      .payload_hash = kNoBody}),
                EndsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(SignatureVersion4, SignsThePlainRequestOfTheTestSuite) {
    EXPECT_THAT(authorization(example("AKIDEXAMPLE"),
                              {"us-east-1", "service", at("2015-08-30T12:36:00Z")},
                              {.method = "GET",
                               .path = "/",
                               .headers = {{"host", "example.amazonaws.com"},
                                           {"x-amz-date", "20150830T123600Z"}},
                               .payload_hash = kNoBody}),
                EndsWith("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

TEST(SignatureVersion4, SortsAndEscapesTheQuery) {
    EXPECT_EQ(canonical_query({{"start-after", "a/b"}, {"list-type", "2"}, {"b", "x y+z~"}}),
              "b=x%20y%2Bz~&list-type=2&start-after=a%2Fb");
    EXPECT_EQ(canonical_query({}), "");
    EXPECT_EQ(canonical_query({{"token", "\xC3\xA9="}}), "token=%C3%A9%3D");
}

TEST(SignatureVersion4, ComputesStandardHashes) {
    EXPECT_EQ(kNoBody, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(SignatureVersion4, NeverShowsTheSecret) {
    EXPECT_THAT(authorization(example("AKIDEXAMPLE"),
                              {"us-east-1", "s3", at("2015-08-30T12:36:00Z")},
                              {.method = "GET", .path = "/", .payload_hash = kNoBody}),
                testing::Not(HasSubstr("wJalr")));
}

}  // namespace
}  // namespace botcore::archive_s3
