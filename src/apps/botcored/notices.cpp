#include "apps/botcored/notices.hpp"

#include "apps/wiring/notice_channels.hpp"
#include "apps/wiring/service_store.hpp"

#include <sysexits.h>

#include <functional>
#include <string>
#include <utility>

namespace botcore::apps {

base::Result<std::unique_ptr<Notices>, host::StartFailure> Notices::make(Process& process) {
    std::unique_ptr<Notices> notices(new Notices(process));
    const auto post = [&process](std::function<void()> work) { process.post(std::move(work)); };
    auto opened = TRY(or_exit_with(
        EX_UNAVAILABLE, open_service_store(process.folder.path(), process.clock.now().time, post)));
    notices->store_ = std::move(opened.store);
    notices->preferences_ = TRY(or_exit_with(
        EX_UNAVAILABLE, notifications::UserPreferences::make(*notices->store_, process.log)));
    notices->transport_ =
        TRY(or_exit_with(EX_CONFIG, notice_transport(process.config, process.context)));
    notices->on_call_ = TRY(or_exit_with(EX_CONFIG, read_on_call(process.config)));
    auto channels =
        TRY(or_exit_with(EX_CONFIG,
                         notice_channels(process.config,
                                         {.transport = *notices->transport_,
                                          .post = post,
                                          .now = [&process] { return process.clock.now().time; },
                                          .on_call = notices->on_call()})));
    notices->service_ = TRY(or_exit_with(EX_UNAVAILABLE,
                                         notifications::NotificationService::make(
                                             {.log_channel = notices->log_channel_,
                                              .store = *notices->store_,
                                              .log = process.log,
                                              .metrics = process.metrics,
                                              .now = [&process] { return process.clock.now(); }},
                                             std::move(channels),
                                             notice_routes(process.config))));
    if (!opened.note.empty()) {
        notices->service_->send({.subject = "services",
                                 .level = ports::NoticeLevel::Warning,
                                 .text = opened.note,
                                 .page = "docs/runbooks/notifier-down.md"},
                                nullptr);
    }
    return notices;
}

}  // namespace botcore::apps
