#pragma once

/// The upgrade of an HTTP connection to another protocol: a handler claims a path and takes over
/// the socket. Heavy to include; for the server and the handlers only.

#include "shell/http/client_stream.hpp"
#include "shell/http/http_message.hpp"
#include "shell/http/http_wire.hpp"

#include <optional>

namespace botcore::shell::http {

/// A connection with the request for the upgrade, which has no response yet.
struct Upgrade {
    ClientStream stream;
    BeastRequest message;
    HttpRequest request;
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;

    /// Whether the path belongs to this handler; only then its other functions are called.
    [[nodiscard]] virtual bool claims(const HttpRequest& request) const = 0;

    /// A response that refuses the upgrade; nothing: `take` is called immediately.
    [[nodiscard]] virtual std::optional<HttpResponse> refuse(const HttpRequest& request,
                                                             const BeastRequest& message) = 0;

    virtual void take(Upgrade upgrade) = 0;
};

}  // namespace botcore::shell::http
