#include "services/status_page/status_publisher.hpp"

#include "host/durable_file.hpp"
#include "services/status_page/status_json.hpp"

#include <filesystem>
#include <mutex>
#include <utility>

namespace botcore::status_page {

/// The newest files, and where they are written.
struct StatusPublisher::Files {
    std::filesystem::path folder;
    std::mutex mutex;
    std::string html;  // Guarded by mutex, as is the next one.
    std::string json;

    [[nodiscard]] host::ProbeReply write() {
        std::unique_lock lock(mutex);
        const std::string page = html;
        const std::string data = json;
        lock.unlock();
        for (const auto& [name, text] :
             {std::pair("index.html", &page), std::pair("status.json", &data)}) {
            const auto written = host::replace_file(
                folder / name, *text, host::Durability::Synced, host::Readers::Everyone);
            if (!written) return {host::HealthState::Degraded, written.error()};
        }
        return {};
    }
};

StatusPublisher::StatusPublisher(Parts parts)
    : parts_(std::move(parts)),
      alive_(std::make_shared<bool>(true)) {
    if (parts_.folder.empty()) return;
    files_ = std::make_shared<Files>();
    files_->folder = parts_.folder;
    writer_.emplace([files = files_] { return files->write(); }, parts_.post);
    write_ = writer_->probe();
}

host::Started StatusPublisher::start() {
    read(parts_.now());
    return base::Done{};
}

void StatusPublisher::tick(const model::Now& now) {
    if (read_at_ && now.monotonic - *read_at_ < kReadEvery) return;
    read(now);
}

bool StatusPublisher::stop() {
    return !writer_ || writer_->stop();
}

void StatusPublisher::read(const model::Now& now) {
    read_at_ = now.monotonic;
    operations::StatusPage page = parts_.read(now.time);
    if (!page_ || !say_the_same(*page_, page)) must_write_ = true;
    page_ = std::move(page);
    html_ = status_html(*page_);
    json_ = status_json(*page_);
    if (!files_) return;
    if (writing_) {
        if (now.monotonic - *write_began_ > kRespondWithin) {
            report("the folder of the status page does not respond: " + parts_.folder);
        }
        return;
    }
    if (!write_began_ || now.monotonic - *write_began_ >= kWriteEvery) must_write_ = true;
    if (must_write_) begin_write(now.monotonic);
}

void StatusPublisher::begin_write(base::Timestamp monotonic) {
    {
        const std::lock_guard lock(files_->mutex);
        files_->html = html_;
        files_->json = json_ + "\n";
    }
    writing_ = true;
    must_write_ = false;
    write_began_ = monotonic;
    write_([this, alive = std::weak_ptr<bool>(alive_)](const host::ProbeReply& reply) {
        if (!alive.expired()) finish_write(reply);
    });
}

/// A write that failed is repeated after the next read.
void StatusPublisher::finish_write(const host::ProbeReply& reply) {
    writing_ = false;
    const bool failed = reply.state != host::HealthState::Healthy;
    must_write_ = must_write_ || failed;
    report(failed ? "the status page cannot be published: " + reply.message : std::string());
}

void StatusPublisher::report(const std::string& problem) {
    const bool is_over = problem.empty();
    if (is_reported_ != is_over) return;
    is_reported_ = !is_over;
    parts_.notifier.send(
        {.subject = "status_page",
         .level = ports::NoticeLevel::Warning,
         .over = is_over,
         .text = is_over ? "the status page is published again" : problem,
         .action = is_over ? "" : "Correct the folder of status.publish_folder, or its mode"},
        nullptr);
}

}  // namespace botcore::status_page
