#pragma once

/// The thread "auth" hashes passwords and writes the users file, so that the loop waits for
/// neither. The thread's queue is bounded; if the queue is full, the caller must try again later.
///
/// Threads: `ask` on the loop's thread; the work runs on the worker's own thread; the continuation
/// runs on the loop by `post`.

#include "services/users/user_service.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace botcore::users {

class AuthWorker {
public:
    using Job = std::function<void()>;

    /// `post` runs a job later on the loop's thread; it may be called from any thread. At most
    /// `waiting_max` jobs are queued.
    AuthWorker(UserService user_service,
               std::function<void(Job)> post,
               std::size_t waiting_max = 32);
    /// Waits for the running job; drops the queued ones.
    ~AuthWorker();
    AuthWorker(const AuthWorker&) = delete;
    AuthWorker& operator=(const AuthWorker&) = delete;

    /// The deadline for starting the work, and what runs on the loop if it is missed.
    struct Limit {
        std::chrono::steady_clock::time_point at;
        Job late;
    };

    /// Runs `work(service)` on the worker's thread and then `then(result)` on the loop. False: the
    /// queue is full and neither will run.
    template <class Work, class Then>
    [[nodiscard]] bool ask(Work work, Then then, Limit limit) {
        using Answer = std::invoke_result_t<Work&, UserService&>;
        auto task = std::make_shared<Work>(std::move(work));
        auto next = std::make_shared<Then>(std::move(then));
        return enqueue([this, task, next, limit = std::move(limit)] {
            if (std::chrono::steady_clock::now() >= limit.at) return post_(limit.late);
            auto answer = std::make_shared<Answer>((*task)(service_));
            post_([next, answer] { (*next)(std::move(*answer)); });
        });
    }

private:
    bool enqueue(Job job);
    void run(const std::stop_token& stop);

    UserService service_;  // Used by the worker's thread only.
    std::function<void(Job)> post_;
    std::size_t waiting_max_;
    std::mutex mutex_;  // Guards the queue.
    std::condition_variable_any changed_;
    std::deque<Job> jobs_;
    std::jthread thread_;
};

}  // namespace botcore::users
