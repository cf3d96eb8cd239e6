#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <string>
#include <utility>

#include "foundation/json.h"

namespace aiva {

// A program of tests/emulators as a process of its own, which ends with this object.
class EmulatorProcess {
 public:
  EmulatorProcess(std::string program, std::string key) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::array<std::string, 4> words = {"node", std::move(program), "--key", std::move(key)};
    std::array<char*, 5> arguments = {words[0].data(), words[1].data(), words[2].data(),
                                      words[3].data(), nullptr};
    bool is_started =
        ::posix_spawnp(&process_, "node", &actions, nullptr, arguments.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (is_started) read_port(ends[0]);
    if (!is_started) process_ = -1;
    ::close(ends[0]);
  }
  ~EmulatorProcess() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  EmulatorProcess(const EmulatorProcess&) = delete;
  EmulatorProcess& operator=(const EmulatorProcess&) = delete;

  [[nodiscard]] bool is_running() const { return port_ != 0; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  // The emulator's first line is {"port":N}.
  void read_port(int input) {
    std::string line;
    char c = 0;
    while (::read(input, &c, 1) == 1 && c != '\n') line += c;
    auto value = json::parse(line);
    if (value) port_ = value->at("port").as_int64();
  }

  pid_t process_ = -1;
  std::int64_t port_ = 0;
};

}  // namespace aiva
