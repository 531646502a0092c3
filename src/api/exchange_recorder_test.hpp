#pragma once

/// Records every request that the API serves in a test together with its response, for comparing
/// two versions of the program (`./dev record`).
///
/// The environment variable BOTTEST_RECORD names the folder; without it nothing is recorded. Each
/// test has its own file with one JSON object per line, in the order of the responses.
///
/// Threads: the thread of the loop of the test's API.

#include "net/http_message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace botcore::api {

class ExchangeRecorder {
public:
    ExchangeRecorder() {
        const char* folder = std::getenv("BOTTEST_RECORD");
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        if (folder == nullptr || test == nullptr) return;
        std::filesystem::create_directories(folder);
        std::string name = std::string(test->test_suite_name()) + "." + test->name();
        for (char& c : name)
            if (c == '/') c = '_';
        file_.open(std::filesystem::path(folder) / (name + ".jsonl"), std::ios::app);
    }

    [[nodiscard]] bool is_on() const { return file_.is_open(); }

    [[nodiscard]] static boost::json::object request_of(const net::HttpRequest& request) {
        return {{"method", request.method}, {"target", request.target}, {"body", request.body}};
    }

    void record(boost::json::object exchange, const net::HttpResponse& response) {
        exchange["status"] = response.status;
        exchange["type"] = response.content_type;
        boost::json::array headers;
        for (const auto& [name, value] : response.headers)
            headers.emplace_back(std::string(name) + ": " + value);
        exchange["headers"] = std::move(headers);
        exchange["response"] = response.body;
        file_ << boost::json::serialize(exchange) << "\n" << std::flush;
    }

private:
    std::ofstream file_;
};

}  // namespace botcore::api
