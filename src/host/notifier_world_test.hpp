#pragma once

/// What the tests of all notification channels over HTTP have in common: a loop, a scripted server,
/// and the behaviour that every channel must have.

#include "net/http_attempt.hpp"
#include "net/peer_test.hpp"
#include "net/tls_peer_test.hpp"
#include "ports/notifier.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace botcore::host {

class NotifierOverLoopback : public testing::Test {
protected:
    using Delivery = ports::Delivery;
    using Result = ports::Delivery::Result;
    using Notice = ports::Notice;

    /// The path of every URL. Its last part is a secret.
    static constexpr const char* kPath = "/services/T0/hushhushpath";
    static constexpr const char* kPathSecret = "hushhushpath";
    /// The key of the channels that have one.
    static constexpr const char* kKey = "hushhushkey";
    static constexpr std::chrono::seconds kLong{5};

    virtual std::unique_ptr<ports::Notifier> make(const std::string& url,
                                                  std::chrono::microseconds limit) = 0;
    /// What the service answers when it has accepted a message.
    virtual net::PeerStep accepted() = 0;

    /// A notice in which every field is set.
    static Notice full_notice() {
        return {.id = "n-7",
                .subject = "StoreDown",
                .level = ports::NoticeLevel::Critical,
                .text = "The store has not answered for 12 s.",
                .page = "https://runbooks.example/store-down.md",
                .action = "Run botctl health.",
                .time = base::Timestamp::from_milliseconds(1'795'434'780'123),
                .facts = {{"store", "sqlite"}, {"seconds", std::int64_t{12}}}};
    }

    Delivery send_to(const std::string& url,
                     const Notice& notice,
                     std::chrono::microseconds limit = kLong) {
        const auto notifier = make(url, limit);
        std::optional<Delivery> result;
        int calls = 0;
        notifier->send(notice, [&](Delivery delivery) {
            result = std::move(delivery);
            ++calls;
        });
        EXPECT_TRUE(net::run_until(context_, [&] { return result.has_value(); }));
        context_.restart();
        context_.poll();
        EXPECT_EQ(calls, 1);
        return result.value_or(Delivery{});
    }

    /// The delivery of a notice to which the server answers with `step`. An error never contains a
    /// secret.
    Delivery delivery_after(net::PeerStep step, std::chrono::microseconds limit = kLong) {
        net::TestPeer peer(context_, {std::move(step)});
        Delivery delivery = send_to(peer.url(kPath), full_notice(), limit);
        EXPECT_EQ(peer.connections(), 1U) << "one attempt, and no redirect is followed";
        expect_no_secret(delivery);
        return delivery;
    }

    Delivery delivery_after(int status, const std::string& more = "") {
        const std::string body = std::string(kPathSecret) + " " + kKey;
        return delivery_after(net::response(status, body, more));
    }

    static void expect_no_secret(const Delivery& delivery) {
        EXPECT_THAT(delivery.error, testing::Not(testing::HasSubstr(kPathSecret)));
        EXPECT_THAT(delivery.error, testing::Not(testing::HasSubstr(kKey)));
        EXPECT_EQ(delivery.error.empty(), delivery.result == Result::Delivered);
    }

    /// The request that carries the notice.
    std::string request_of(const Notice& notice) {
        net::TestPeer peer(context_, {accepted()});
        EXPECT_EQ(send_to(peer.url(kPath), notice).result, Result::Delivered);
        EXPECT_EQ(peer.requests().size(), 1U);
        return peer.requests().empty() ? std::string() : peer.requests().front();
    }

    boost::json::object body_of(const Notice& notice) {
        return boost::json::parse(net::body_of(request_of(notice))).as_object();
    }

    /// Everything that is no answer of the service is a failure that a repetition may end.
    void expect_failure_without_an_answer() {
        const auto expect_failed = [](const Delivery& delivery) {
            EXPECT_EQ(delivery.result, Result::Failed);
            expect_no_secret(delivery);
        };
        expect_failed(delivery_after({.action = net::PeerAction::Reset}));
        expect_failed(delivery_after({.action = net::PeerAction::HalfClose}));
        expect_failed(delivery_after({.bytes = "\x16\x03\x01 what is this\r\n\r\n"}));
        expect_failed(
            delivery_after({.action = net::PeerAction::Hang}, std::chrono::milliseconds(100)));
        const std::string nobody = std::to_string(net::refused_port(context_));
        expect_failed(send_to("http://127.0.0.1:" + nobody + kPath, full_notice()));
        expect_failed(send_to("http://no-such-host.invalid" + std::string(kPath), full_notice()));
        net::TlsPeer untrusted("localhost", net::response(200, "ok").bytes);
        expect_failed(send_to(untrusted.url("localhost") + kPath, full_notice()));
        EXPECT_EQ(untrusted.requests(), 0);
    }

    /// The second notice is delivered while the first one still waits for its answer.
    void expect_two_sends_at_once() {
        net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}, accepted()});
        const auto notifier = make(peer.url(kPath), std::chrono::milliseconds(500));
        std::vector<std::string> ends;
        const auto note = [&](const char* name) {
            return [&ends, name](const Delivery& delivery) {
                ends.push_back(name +
                               std::string(delivery.result == Result::Delivered ? "+" : "-"));
            };
        };
        notifier->send(full_notice(), note("first"));
        ASSERT_TRUE(net::run_until(context_, [&] { return peer.connections() == 1; }));
        notifier->send(full_notice(), note("second"));
        EXPECT_TRUE(net::run_until(context_, [&] { return ends.size() == 2; }));
        EXPECT_EQ(ends, (std::vector<std::string>{"second+", "first-"}));
    }

    void expect_silence_after_destruction() {
        net::TestPeer peer(context_, {{.action = net::PeerAction::Hang}});
        bool called = false;
        auto notifier = make(peer.url(kPath), std::chrono::milliseconds(50));
        notifier->send(full_notice(), [&](const Delivery&) { called = true; });
        notifier->send(full_notice(), {});
        ASSERT_TRUE(net::run_until(context_, [&] { return peer.connections() == 2; }));
        notifier.reset();
        // Ends after the time limit of the attempts above.
        const auto later = send_to(peer.url(kPath), full_notice(), std::chrono::milliseconds(100));
        EXPECT_EQ(later.result, Result::Failed);
        EXPECT_FALSE(called);
    }

    boost::asio::io_context context_;
    std::unique_ptr<net::HttpTransport> transport_ = net::HttpTransport::make(context_, "").value();
};

/// A notice with a text in each field that no service would take as it is.
inline ports::Notice monstrous_notice(const std::string& unit) {
    std::string text;
    while (text.size() < 50'000)
        text += unit;
    ports::Notice notice{.id = text,
                         .subject = text,
                         .level = ports::NoticeLevel::Warning,
                         .text = text,
                         .page = text,
                         .action = text,
                         .time = base::Timestamp::from_microseconds(INT64_MAX),
                         .may_be_repeated = true};
    for (int i = 0; i < 120; ++i)
        notice.facts.emplace_back(std::to_string(i) + text.substr(0, 1'000), text.substr(0, 4'500));
    return notice;
}

/// Units of such texts: characters of each length, with escapes, controls and bytes that are no
/// UTF-8.
inline std::vector<std::string> monstrous_units() {
    return {
        "word ", "\" \\", "&<> ", "😀 ", "é€", "\x01\n\r\t\x7f", "\xff\xc3\xe2\x82 ", "\u202e!"};
}

}  // namespace botcore::host
