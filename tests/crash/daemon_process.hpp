#pragma once

/// The real botcored as a child process: started, waited for, killed, measured. It never outlives
/// its owner.

#include "base/result.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::crash {

using scratch::TemporaryFolder;

/// `name` in the folder of the running program: all programs are built side by side.
[[nodiscard]] std::filesystem::path program_beside_us(const std::string& name);

/// The limits of risk and order rate, in the way of whoever makes load.
enum class DaemonLimits : std::uint8_t { Off, Defaults };

struct DaemonOptions {
    std::filesystem::path program;  ///< Empty: botcored beside the running program.
    std::filesystem::path data;
    std::vector<std::string> arguments;  ///< Besides --data, --port and --ready-file.
    std::chrono::milliseconds ready_within = std::chrono::seconds(60);
    DaemonLimits limits = DaemonLimits::Off;
};

class DaemonProcess {
public:
    explicit DaemonProcess(DaemonOptions options);
    /// Kills what still runs.
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    /// Starts it and waits until it is ready: it listens, its accounts are compared, prices are
    /// there. The text says what went wrong.
    [[nodiscard]] base::Outcome<std::string> start();

    /// Starts it and waits until it listens: for doors that do not speak plain HTTP.
    [[nodiscard]] base::Outcome<std::string> start_listening();

    void send_signal(int number) const;

    /// kill -9, and waits until it is gone. Does nothing when it does not run.
    void kill();

    /// SIGTERM; answers the exit status, or nothing when it did not end in time by itself.
    [[nodiscard]] std::optional<int> terminate(
        std::chrono::milliseconds within = std::chrono::seconds(20));

    /// Waits for its own end; the exit status, or 128 and the signal's number.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds within);

    /// Starts it without waiting for anything.
    [[nodiscard]] base::Outcome<std::string> spawn();

    [[nodiscard]] bool running();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const std::string& token() const { return token_; }

    /// From the start of the program until it was ready.
    [[nodiscard]] Clock::duration start_time() const { return start_time_; }

    /// What it holds in memory now, in MiB.
    [[nodiscard]] double resident_mib() const;

    /// What it printed last.
    [[nodiscard]] std::string last_output() const;

    [[nodiscard]] const std::filesystem::path& data() const { return options_.data; }

    /// One call with the operator's token.
    [[nodiscard]] std::optional<Answer> ask(const Call& call) const;

private:
    [[nodiscard]] std::vector<std::string> command() const;
    [[nodiscard]] base::Outcome<std::string> start_until(const std::function<bool()>& is_done);
    [[nodiscard]] bool read_ready_file();
    [[nodiscard]] bool is_ready() const;

    DaemonOptions options_;
    std::filesystem::path ready_file_;
    std::filesystem::path output_;
    int pid_ = -1;
    std::uint16_t port_ = 0;
    std::string token_;
    Clock::duration start_time_{};
};

/// Waits until `condition` holds, looking every few milliseconds; false when it never did.
template <class Condition>
[[nodiscard]] bool wait_until(std::chrono::milliseconds within, Condition condition) {
    const auto deadline = Clock::now() + within;
    while (!condition()) {
        if (Clock::now() > deadline) return false;
        timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
        (void)nanosleep(&pause, nullptr);  // Between two looks at the condition.
    }
    return true;
}

}  // namespace botcore::crash
