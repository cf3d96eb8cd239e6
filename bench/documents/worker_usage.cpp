#include "worker_usage.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace aiva::documents {
namespace {

struct Process {
  int parent = 0;
  long peak_kb = 0;
  double cpu_seconds = 0;
};

Process read_process(const std::filesystem::path& folder) {
  Process process;
  std::ifstream status(folder / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("PPid:")) process.parent = std::atoi(line.c_str() + 5);
    if (line.starts_with("VmHWM:")) process.peak_kb = std::atol(line.c_str() + 6);
  }
  std::ifstream stat(folder / "stat");
  std::string line;
  std::getline(stat, line);
  // Behind the name in brackets: state, parent and ten more fields, then the two times.
  auto at = line.rfind(')');
  for (int field = 0; field < 12 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return process;
  char* rest = nullptr;
  auto user = std::strtol(line.c_str() + at, &rest, 10);
  auto system = std::strtol(rest, nullptr, 10);
  process.cpu_seconds =
      static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return process;
}

bool descends_from(const std::map<int, Process>& processes, int id, int ancestor) {
  for (int steps = 0; steps < 16; ++steps) {
    auto process = processes.find(id);
    if (process == processes.end()) return false;
    if (process->second.parent == ancestor) return true;
    id = process->second.parent;
  }
  return false;
}

}  // namespace

WorkerUsage look_at_workers() {
  std::map<int, Process> processes;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored))
    if (int id = std::atoi(entry.path().filename().c_str()); id > 0)
      processes[id] = read_process(entry.path());
  WorkerUsage usage;
  for (const auto& [id, process] : processes) {
    if (!descends_from(processes, id, getpid())) continue;
    usage.peak_memory_mb = std::max(usage.peak_memory_mb, process.peak_kb / 1024);
    usage.cpu_seconds = std::max(usage.cpu_seconds, process.cpu_seconds);
  }
  return usage;
}

}  // namespace aiva::documents
