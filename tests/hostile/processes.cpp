#include "processes.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace aiva::hostile {
namespace {

namespace fs = std::filesystem;

struct Process {
  pid_t id = 0;
  pid_t parent = 0;
};

std::vector<Process> list_processes() {
  std::vector<Process> processes;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::ostringstream content;
    content << file.rdbuf();  // a process that has just ended leaves it empty
    auto stat = content.str();
    auto end_of_name = stat.rfind(')');
    if (end_of_name == std::string::npos) continue;
    Process process{.id = std::stoi(name)};
    char state = 0;
    std::istringstream(stat.substr(end_of_name + 1)) >> state >> process.parent;
    processes.push_back(process);
  }
  return processes;
}

std::vector<pid_t> children_of(const std::vector<Process>& all, pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& process : all)
    if (process.parent == parent) children.push_back(process.id);
  return children;
}

std::vector<pid_t> find_workers(const std::vector<Process>& all) {
  std::vector<pid_t> workers;
  for (pid_t program : children_of(all, getpid()))
    for (pid_t worker : children_of(all, program)) workers.push_back(worker);
  std::ranges::sort(workers);
  return workers;
}

}  // namespace

std::vector<pid_t> find_workers() { return find_workers(list_processes()); }

long read_status_megabytes(pid_t id, std::string_view field) {
  std::ifstream file("/proc/" + std::to_string(id) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field))
      return std::strtol(line.c_str() + field.size() + 1, nullptr, 10) / 1024;
  return 0;
}

void ChildWatch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto all = list_processes();
    for (pid_t worker : find_workers(all))
      for (pid_t child : children_of(all, worker))
        peak_ = std::max<long>(peak_, read_status_megabytes(child, "VmHWM:"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace aiva::hostile
