#pragma once

/// The real botcored as a child process: started, waited for, killed, measured. It never outlives
/// its owner.

#include "base/result.hpp"
#include "tests/crash/load_client.hpp"
#include "tests/scratch/temporary_folder.hpp"
#include "tests/scratch/wait_until.hpp"

#include <array>
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
using scratch::wait_until;

/// The path of program `name` in the folder of the running program: all programs are built there.
[[nodiscard]] std::filesystem::path program_beside_us(const std::string& name);

/// Whether the limits of risk and order rate apply; load generators switch them off.
enum class DaemonLimits : std::uint8_t { Off, Defaults };

/// Settings without limits of risk and order rate: a load consists of many small entries, and the
/// limits have tests of their own.
inline constexpr std::array kWithoutLimits = {"risk.positions_max=0",
                                              "risk.daily_loss_max_percent=0",
                                              "risk.drawdown_max_percent=0",
                                              "risk.margin_level_entry_percent=0",
                                              "risk.margin_level_close_percent=0",
                                              "risk.losses_in_a_row_max=0",
                                              "risk.exposure_max_percent=0",
                                              "risk.orders_per_second_max=0"};

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
    /// Kills the process if it still runs.
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    /// Starts it and waits until it is ready: it listens, its accounts are compared, prices are
    /// available. The text describes the error.
    [[nodiscard]] base::Outcome<std::string> start();

    /// Starts it and waits until it listens: for servers that do not use plain HTTP.
    [[nodiscard]] base::Outcome<std::string> start_listening();

    void send_signal(int number) const;

    /// Sends SIGKILL and waits until the process has ended. Does nothing when it does not run.
    void kill();

    /// Sends SIGTERM; returns the exit status, or nothing when the process did not end in time.
    [[nodiscard]] std::optional<int> terminate(
        std::chrono::milliseconds within = std::chrono::seconds(20));

    /// Waits until the process ends; returns the exit status, or 128 plus the signal's number.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds within);

    /// Starts it without waiting until it is ready.
    [[nodiscard]] base::Outcome<std::string> spawn();

    [[nodiscard]] bool running();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] const std::string& token() const { return token_; }

    /// The time from the start of the program until it was ready.
    [[nodiscard]] Clock::duration start_time() const { return start_time_; }

    /// Its resident memory now, in MiB.
    [[nodiscard]] double resident_mib() const;

    /// The end of its output.
    [[nodiscard]] std::string last_output() const;

    [[nodiscard]] const std::filesystem::path& data() const { return options_.data; }

    /// Sends one call with the operator's token.
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

}  // namespace botcore::crash
