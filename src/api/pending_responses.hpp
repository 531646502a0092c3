#pragma once

/// The HTTP requests that wait for a reply of the runtime. This object is constructed before the
/// runtime, since the runtime sends its replies through it.
///
/// Threads: the thread of the loop.

#include "net/http_message.hpp"
#include "runtime/runtime.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::api {

class PendingResponses final : public runtime::ReplySink {
public:
    using Headers = std::vector<std::pair<std::string_view, std::string>>;

    /// Adds a request and returns a handle for it. The reply to the request is passed to `respond`,
    /// with `headers` in addition to the reply's own headers.
    [[nodiscard]] runtime::RequestHandle add(net::Respond respond,
                                             std::string caller,
                                             Headers headers);

    void on_reply(runtime::RequestHandle handle, runtime::ApiReply reply) override;

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

private:
    struct Caller {
        net::Respond respond;
        std::string name;
        Headers headers;
    };

    std::map<runtime::RequestHandle, Caller> waiting_;
    runtime::RequestHandle last_ = 0;
};

/// The error code in an error body; empty for any other body.
[[nodiscard]] std::string error_code_of(std::string_view body);

}  // namespace botcore::api
