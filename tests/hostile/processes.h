#pragma once

#include <sys/types.h>

#include <atomic>
#include <string_view>
#include <thread>
#include <vector>

namespace aiva::hostile {

// The workers, sorted: what forks a child for each document is a child of the program that was
// started.
std::vector<pid_t> find_workers();

// A line of /proc/ID/status that is in kB; 0 where there is none.
long read_status_megabytes(pid_t id, std::string_view field);

// Looks again and again at how much memory the children of the workers have used.
class ChildWatch {
 public:
  ChildWatch() : thread_([this](std::stop_token stop) { run(stop); }) {}
  long take_peak() { return peak_.exchange(0); }

 private:
  void run(const std::stop_token& stop);

  std::atomic<long> peak_ = 0;
  std::jthread thread_;
};

}  // namespace aiva::hostile
