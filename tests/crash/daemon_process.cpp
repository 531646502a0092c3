#include "tests/crash/daemon_process.hpp"

#include "tests/crash/api_calls.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

namespace botcore::crash {

namespace {

constexpr std::size_t kOutputShown = 4'000;

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int status_of(int state) {
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

/// Runs in the child between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(char* const* command, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // Ends the child when its parent was killed.
    if (::getppid() != parent) ::_exit(127);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execv(command[0], command);
    ::_exit(127);
}

}  // namespace

std::filesystem::path program_beside_us(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

DaemonProcess::DaemonProcess(DaemonOptions options) : options_(std::move(options)) {
    if (options_.program.empty()) options_.program = program_beside_us("botcored");
    ready_file_ = options_.data.string() + ".ready.json";
    output_ = options_.data.string() + ".output";
}

DaemonProcess::~DaemonProcess() {
    kill();
}

std::vector<std::string> DaemonProcess::command() const {
    std::vector<std::string> command = {
        options_.program, "--data", options_.data, "--port", "0", "--ready-file", ready_file_};
    if (options_.limits == DaemonLimits::Off) {
        for (const char* const setting : kWithoutLimits) {
            command.emplace_back("--set");
            command.emplace_back(setting);
        }
    }
    command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
    return command;
}

base::Outcome<std::string> DaemonProcess::spawn() {
    CHECK(pid_ < 0);
    std::error_code error;
    std::filesystem::remove(ready_file_, error);
    const int output = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (output < 0) return base::Failure{"cannot write " + output_.string()};
    std::vector<std::string> words = command();
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) become(pointers.data(), output, parent);
    ::close(output);
    if (child < 0) return base::Failure{std::string("fork: ") + std::strerror(errno)};
    pid_ = child;
    return base::Done{};
}

base::Outcome<std::string> DaemonProcess::start() {
    return start_until([this] { return read_ready_file() && is_ready(); });
}

base::Outcome<std::string> DaemonProcess::start_listening() {
    return start_until([this] { return read_ready_file(); });
}

void DaemonProcess::send_signal(int number) const {
    CHECK(pid_ > 0);
    ::kill(pid_, number);
}

base::Outcome<std::string> DaemonProcess::start_until(const std::function<bool()>& is_done) {
    const auto begin = Clock::now();
    (void)TRY(spawn());
    bool ended = false;
    const bool ready = wait_until(options_.ready_within, [&] {
        ended = !running();
        return ended || is_done();
    });
    start_time_ = Clock::now() - begin;
    if (ready && !ended) return base::Done{};
    const std::string output = last_output();
    kill();
    return base::Failure{
        (ended ? "botcored ended while it started: " : "botcored was not ready in time: ") +
        output};
}

bool DaemonProcess::read_ready_file() {
    if (!std::filesystem::exists(ready_file_)) return false;
    const std::string text = content_of(ready_file_);
    const auto field = field_of(text, "port");
    port_ = 0;
    std::from_chars(field.data(), field.data() + field.size(), port_);
    if (port_ == 0) return false;
    token_ = content_of(options_.data / "operator.token");
    while (!token_.empty() && token_.back() == '\n')
        token_.pop_back();
    return !token_.empty();
}

bool DaemonProcess::is_ready() const {
    const auto answer = crash::ask(port_, read("/health/ready"), {}, std::chrono::seconds(5));
    return answer && answer->status == 200;
}

bool DaemonProcess::running() {
    return pid_ >= 0 && !wait(std::chrono::milliseconds(0));
}

void DaemonProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    int state = 0;
    while (::waitpid(pid_, &state, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

std::optional<int> DaemonProcess::terminate(std::chrono::milliseconds within) {
    if (pid_ < 0) return std::nullopt;
    ::kill(pid_, SIGTERM);
    return wait(within);
}

std::optional<int> DaemonProcess::wait(std::chrono::milliseconds within) {
    if (pid_ < 0) return std::nullopt;
    int state = 0;
    const auto gone = [&] { return ::waitpid(pid_, &state, WNOHANG) == pid_; };
    if (within.count() > 0 ? !wait_until(within, gone) : !gone()) return std::nullopt;
    pid_ = -1;
    return status_of(state);
}

double DaemonProcess::resident_mib() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024.0;
    }
    return 0;
}

std::string DaemonProcess::last_output() const {
    const std::string text = content_of(output_);
    return text.size() > kOutputShown ? text.substr(text.size() - kOutputShown) : text;
}

std::optional<Answer> DaemonProcess::ask(const Call& call) const {
    return crash::ask(port_, call, token_);
}

}  // namespace botcore::crash
