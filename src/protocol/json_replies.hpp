#pragma once

/// The replies of the API: HTTP statuses and JSON bodies. `Port` is `ports::ReplyRenderer`, which
/// lies above this folder; the daemon and the simulator render with the same functions.

#include "protocol/api_json.hpp"
#include "protocol/reply_status.hpp"

namespace botcore::protocol {

template <class Port>
class JsonReplies final : public Port {
public:
    model::RenderedReply reply(const model::Reply& reply,
                               std::string_view request_id,
                               base::Timestamp now) const override {
        return {status_of(reply), render(reply, request_id, now)};
    }

    model::RenderedReply pending(const model::Order& order, base::Timestamp now) const override {
        return {kAccepted, render_pending(order, now)};
    }

    model::RenderedReply pending(const model::OrdersTouched& touched,
                                 base::Timestamp now) const override {
        return {kAccepted, render_pending(touched, now)};
    }

    model::RenderedReply failure(const model::FailedRequest& failed,
                                 base::Timestamp now) const override {
        return {status_of(failed.failure), render(failed, now)};
    }

private:
    static constexpr std::uint16_t kAccepted = 202;
};

}  // namespace botcore::protocol
