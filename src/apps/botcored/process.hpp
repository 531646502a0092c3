#pragma once

/// What all services of the daemon share. It exists before the first service and outlives the last.

#include "apps/botcored/settings.hpp"
#include "host/data_folder.hpp"
#include "host/service.hpp"
#include "host/system_clock.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "services/trading/standby_loop_runner.hpp"
#include "services/users/operator_token.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace botcore::apps {

struct Process {
    Process(const host::Config& chosen, host::DataFolder data, users::OperatorToken operator_token)
        : config(chosen),
          folder(std::move(data)),
          token(std::move(operator_token)),
          standby(
              context,
              is_reliable() ? std::chrono::milliseconds(40) : trading::StandbyLoopRunner::kNever),
          log(log_options(config)) {}

    [[nodiscard]] bool is_reliable() const { return config.is_on("reliability.enabled"); }

    /// Runs the work later on the loop thread. Any thread may call it.
    void post(std::function<void()> work) { boost::asio::post(context, std::move(work)); }

    host::Config config;  ///< Some keys change when the configuration is reloaded.
    host::DataFolder folder;
    users::OperatorToken token;
    boost::asio::io_context context{1};
    trading::StandbyLoopRunner standby;
    host::SystemClock clock;
    observability::Log log;
    observability::Metrics metrics;
};

/// The value of the result, or a failure of the start with this exit status.
template <class T>
base::Result<T, host::StartFailure> or_exit_with(int code, base::Result<T, std::string> result) {
    if (!result) return base::Failure{host::StartFailure{code, std::move(result).error()}};
    return std::move(result).value();
}

}  // namespace botcore::apps
