#pragma once

/// Keeps the public status page up to date, and writes it as `index.html` and `status.json` into a
/// folder, so that another web server can show it while this process does not run.
///
/// S1  The page is at most `kReadEvery` older than the facts.
/// S2  The files are written when the page says something else than before, and at least once a
///     minute. Each is replaced atomically and can be read by every user.
/// S3  A folder that cannot be written or does not respond is reported once, and again only after
///     it was usable. Nothing else waits for it: a thread of its own writes the files.
///
/// Threads: the loop thread.

#include "host/health_prober.hpp"
#include "host/service.hpp"
#include "operations/status_page.hpp"
#include "ports/notifier.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace botcore::status_page {

class StatusPublisher final : public host::Service {
public:
    static constexpr base::Duration kReadEvery = base::Duration::seconds(5);
    /// Less than a minute, so that with the time between two reads it stays below it.
    static constexpr base::Duration kWriteEvery = base::Duration::seconds(50);
    /// A folder that has not responded for this long is reported.
    static constexpr base::Duration kRespondWithin = base::Duration::seconds(30);

    /// All references must outlive the service.
    struct Parts {
        std::function<operations::StatusPage(base::Timestamp now)> read;
        std::function<model::Now()> now;
        ports::Notifier& notifier;
        /// Runs a function on the loop thread; any thread may call it.
        host::BlockingProbe::Post post;
        std::string folder;  ///< Empty: no files are written.
    };

    explicit StatusPublisher(Parts parts);

    /// Reads the page for the first time.
    [[nodiscard]] host::Started start() override;

    void tick(const model::Now& now) override;

    [[nodiscard]] bool stop() override;

    /// The current page; empty before the start.
    [[nodiscard]] const std::string& html() const { return html_; }

    [[nodiscard]] const std::string& json() const { return json_; }

private:
    struct Files;

    void read(const model::Now& now);
    void begin_write(base::Timestamp monotonic);
    void finish_write(const host::ProbeReply& reply);
    /// An empty text: the folder is usable.
    void report(const std::string& problem);

    Parts parts_;
    std::optional<operations::StatusPage> page_;
    std::string html_;
    std::string json_;
    std::optional<base::Timestamp> read_at_;      ///< On the monotonic clock, as the next one.
    std::optional<base::Timestamp> write_began_;  ///< Of the newest write.
    bool writing_ = false;
    bool must_write_ = false;
    bool is_reported_ = false;
    std::shared_ptr<Files> files_;  ///< Shared with the thread, which may hang.
    std::optional<host::BlockingProbe> writer_;
    host::HealthProbe write_;
    std::shared_ptr<bool> alive_;  ///< Lets late results detect that the service no longer exists.
};

}  // namespace botcore::status_page
