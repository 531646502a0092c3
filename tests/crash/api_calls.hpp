#pragma once

/// The API routes that the crash and integration tests use, each as a function that builds the
/// call.

#include "tests/crash/http_text.hpp"

#include <string>
#include <utility>

namespace botcore::crash {

inline std::string account_target(const std::string& account) {
    return "/api/accounts/" + account;
}

inline Call open_account(const std::string& account,
                         const std::string& market,
                         const std::string& deposit) {
    return {.method = "POST",
            .target = "/api/accounts",
            .body = R"({"account":")" + account + R"(","market":")" + market + R"(","deposit":")" +
                    deposit + R"("})",
            .key = "open-" + account};
}

inline Call place_order(const std::string& account, std::string body, std::string key) {
    return {.method = "POST",
            .target = account_target(account) + "/orders",
            .body = std::move(body),
            .key = std::move(key)};
}

inline Call cancel_order(const std::string& account, const std::string& order, std::string key) {
    return {.method = "DELETE",
            .target = account_target(account) + "/orders/" + order,
            .body = {},
            .key = std::move(key)};
}

inline Call close_position(const std::string& account, const std::string& symbol, std::string key) {
    return {.method = "DELETE",
            .target = account_target(account) + "/positions/" + symbol,
            .body = {},
            .key = std::move(key)};
}

inline Call read_order(const std::string& account, const std::string& order) {
    return {.method = "GET",
            .target = account_target(account) + "/orders/" + order,
            .body = {},
            .key = {}};
}

inline Call read(std::string target) {
    return {.method = "GET", .target = std::move(target), .body = {}, .key = {}};
}

}  // namespace botcore::crash
