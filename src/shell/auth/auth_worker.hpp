#pragma once

/// The thread "auth": hashes passwords and writes the users' file, so that the loop never waits for
/// either. A bounded queue; when it is full the caller is told to come back.
///
/// Threads: `ask` on the thread of the loop; the work on the worker's own; what follows the work
/// goes back to the loop by `post`.

#include "shell/auth/user_service.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace botcore::shell::auth {

class AuthWorker {
public:
    using Job = std::function<void()>;

    /// `post` runs a job on the thread of the loop, later; it may be called from any thread.
    /// More than `waiting_max` jobs do not wait.
    AuthWorker(UserService user_service,
               std::function<void(Job)> post,
               std::size_t waiting_max = 32);
    /// Waits for the job under way; those that wait are dropped.
    ~AuthWorker();
    AuthWorker(const AuthWorker&) = delete;
    AuthWorker& operator=(const AuthWorker&) = delete;

    /// Until when the work may begin, and what follows on the loop where it was too late.
    struct Limit {
        std::chrono::steady_clock::time_point at;
        Job late;
    };

    /// Runs `work(desk)` on the thread and then `then(result)` on the loop. False: the queue is
    /// full and nothing will happen.
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

    UserService service_;  // Of the thread alone.
    std::function<void(Job)> post_;
    std::size_t waiting_max_;
    std::mutex mutex_;  // Guards the queue.
    std::condition_variable_any changed_;
    std::deque<Job> jobs_;
    std::jthread thread_;
};

}  // namespace botcore::shell::auth
