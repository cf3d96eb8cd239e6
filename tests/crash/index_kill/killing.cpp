#include "crash/index_kill/killing.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <sstream>

namespace aiva::crash {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_max{60};

pid_t start(const std::vector<std::string>& arguments, int output) {
  auto pid = fork();
  if (pid != 0) return pid;
  std::vector<std::string> all = arguments;
  all.insert(all.begin(), "/proc/self/exe");
  all.push_back(std::to_string(output));
  std::vector<char*> pointers;
  for (auto& argument : all) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execv("/proc/self/exe", pointers.data());
  _exit(127);
}

// Reads until the time has come, or the child has ended.
void read_until(int input, std::string& text, Clock::time_point end) {
  std::array<char, 4096> buffer;
  while (Clock::now() < end) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd waiting{.fd = input, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return;
    auto count = ::read(input, buffer.data(), buffer.size());
    if (count <= 0) return;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::vector<Told> parse(const std::string& text) {
  std::vector<Told> told;
  std::istringstream lines(text);
  char word = 0;
  Told line;
  while (lines >> word >> line.slot >> line.version) {
    line.word = static_cast<Word>(word);
    told.push_back(line);
  }
  return told;
}

}  // namespace

std::vector<Told> run_and_kill(const std::vector<std::string>& arguments, Word first,
                               std::chrono::milliseconds delay) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  auto pid = start(arguments, ends[1]);
  close(ends[1]);
  std::string text;
  auto patience = Clock::now() + start_max;
  while (text.find(static_cast<char>(first)) == text.npos && Clock::now() < patience) {
    std::array<char, 64> buffer;
    auto count = ::read(ends[0], buffer.data(), buffer.size());
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  read_until(ends[0], text, Clock::now() + delay);
  kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  // What it had still said; the pipe has no other writer now.
  read_until(ends[0], text, Clock::now() + std::chrono::seconds(5));
  close(ends[0]);
  bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return was_killed ? parse(text) : std::vector<Told>{};
}

}  // namespace aiva::crash
