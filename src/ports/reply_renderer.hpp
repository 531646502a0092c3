#pragma once

/// Turns replies into the status and bytes that callers receive. The runtime renders the reply of a
/// command before the commit, so that its bytes are stored together with what they report (I8); a
/// stored reply is returned unchanged for ever.
///
/// Every function is pure: the same arguments give the same result.
///
/// Threads: any.

#include "model/reply.hpp"

#include <string_view>

namespace botcore::ports {

class ReplyRenderer {
public:
    virtual ~ReplyRenderer() = default;

    /// The final reply of a command; the status is never 0.
    [[nodiscard]] virtual model::RenderedReply reply(const model::Reply& reply,
                                                     std::string_view request_id,
                                                     base::Timestamp now) const = 0;
    /// The reply for a caller who does not wait until the order has been accepted or refused.
    [[nodiscard]] virtual model::RenderedReply pending(const model::Order& order,
                                                       base::Timestamp now) const = 0;
    /// The same for a caller whose exits have not all ended.
    [[nodiscard]] virtual model::RenderedReply pending(const model::OrdersTouched& touched,
                                                       base::Timestamp now) const = 0;
    [[nodiscard]] virtual model::RenderedReply failure(const model::FailedRequest& failed,
                                                       base::Timestamp now) const = 0;
};

}  // namespace botcore::ports
