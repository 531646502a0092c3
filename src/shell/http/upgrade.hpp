#pragma once

/// How a connection of the HTTP server becomes something else: a handler claims a path and takes
/// the socket over. Heavy to include; for the server and the handlers only.

#include "shell/http/client_stream.hpp"
#include "shell/http/http_message.hpp"
#include "shell/http/http_wire.hpp"

#include <optional>

namespace botcore::shell::http {

/// A connection together with the request that asked for the change, which has no answer yet.
struct Upgrade {
    ClientStream stream;
    BeastRequest message;
    HttpRequest request;
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;

    /// Is the path this handler's? Only then it is asked further.
    [[nodiscard]] virtual bool claims(const HttpRequest& request) const = 0;

    /// An answer that ends the matter without a change, or nothing: then `take` comes at once.
    [[nodiscard]] virtual std::optional<HttpResponse> refuse(const HttpRequest& request,
                                                             const BeastRequest& message) = 0;

    virtual void take(Upgrade upgrade) = 0;
};

}  // namespace botcore::shell::http
