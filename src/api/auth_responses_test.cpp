#include "api/auth_responses.hpp"

#include <gtest/gtest.h>

namespace botcore::api {
namespace {

/// The response to the failure.
net::HttpResponse told(users::AuthFailure failure) {
    net::HttpResponse response;
    host::RequestContext call;
    call.respond = [&](net::HttpResponse given) { response = std::move(given); };
    answer_failure(call, {.failure = failure, .text = "why", .subject = {}});
    return response;
}

TEST(AuthAnswers, HaveAnErrorCodeForEachFailure) {
    using users::AuthFailure;
    EXPECT_EQ(told(AuthFailure::InvalidEmail).error_code, "INVALID_EMAIL");
    EXPECT_EQ(told(AuthFailure::InvalidName).error_code, "INVALID_NAME");
    EXPECT_EQ(told(AuthFailure::WeakPassword).error_code, "WEAK_PASSWORD");
    EXPECT_EQ(told(AuthFailure::UserUnknown).error_code, "USER_UNKNOWN");
    EXPECT_EQ(told(AuthFailure::SessionUnknown).error_code, "SESSION_UNKNOWN");
    EXPECT_EQ(told(AuthFailure::UsersFull).error_code, "USERS_FULL");
    EXPECT_EQ(told(AuthFailure::VersionConflict).error_code, "VERSION_CONFLICT");
    EXPECT_EQ(told(AuthFailure::StoreFailed).error_code, "SERVICE_UNAVAILABLE");
}

TEST(AuthAnswers, ReportAWrongPasswordAsAnInvalidLogin) {
    const net::HttpResponse wrong = told(users::AuthFailure::WrongPassword);
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.error_code, "INVALID_LOGIN");
}

TEST(AuthAnswers, ReportAnUnknownFailureAsAnInternalError) {
    const net::HttpResponse response = told(static_cast<users::AuthFailure>(250));
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.error_code, "INTERNAL_ERROR");
}

}  // namespace
}  // namespace botcore::api
