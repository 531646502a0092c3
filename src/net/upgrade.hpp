#pragma once

/// The upgrade of an HTTP connection to another protocol: a handler claims a path and takes over
/// the socket. This header slows compilation down, so only the server and the handlers include it.

#include "net/client_stream.hpp"
#include "net/http_message.hpp"
#include "net/http_wire.hpp"

#include <optional>

namespace botcore::net {

/// A connection, and the request for its upgrade. The request has no response yet.
struct Upgrade {
    ClientStream stream;
    BeastRequest message;
    HttpRequest request;
};

class UpgradeHandler {
public:
    virtual ~UpgradeHandler() = default;

    /// Whether the path belongs to this handler. The other functions are called only if it does.
    [[nodiscard]] virtual bool claims(const HttpRequest& request) const = 0;

    /// A response that refuses the upgrade. If there is none, `take` is called immediately.
    [[nodiscard]] virtual std::optional<HttpResponse> refuse(const HttpRequest& request,
                                                             const BeastRequest& message) = 0;

    /// Takes over the connection and responds to the request.
    virtual void take(Upgrade upgrade) = 0;
};

}  // namespace botcore::net
