#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "foundation/metrics.h"

namespace aiva::app {

// What a process is and what it takes, under the names that Prometheus' own clients give it
// (process_cpu_seconds_total and its like), and what the machine or container around it has left
// (aiva_host_…, aiva_data_…). Read when they are asked for. Any thread.
class ProcessMetrics {
 public:
  // `root` is where /proc and /sys lie.
  struct Places {
    std::filesystem::path data_folder;
    std::filesystem::path root = "/";
  };
  struct Identity {
    std::string version;
    std::string role;
  };
  // `metrics` is borrowed.
  ProcessMetrics(Metrics& metrics, Places places, const Identity& identity);

  void refresh();

 private:
  // A counter that follows a total which is read somewhere else.
  class Followed {
   public:
    explicit Followed(Counter& counter) : counter_(counter) {}
    // A total that fell began anew.
    void follow(double total);

   private:
    Counter& counter_;
    double last_ = 0;
  };

  void refresh_process();
  void refresh_host();
  void refresh_volume();

  Places places_;
  std::mutex mutex_;
  Followed cpu_;
  Followed read_bytes_;
  Followed written_bytes_;
  Gauge& resident_bytes_;
  Gauge& virtual_bytes_;
  Gauge& open_files_;
  Gauge& open_files_max_;
  Gauge& threads_;
  Gauge& started_at_;
  Followed host_cpu_;
  Followed host_read_bytes_;
  Followed host_written_bytes_;
  Followed host_received_bytes_;
  Followed host_sent_bytes_;
  Gauge& host_cores_;
  Gauge& host_memory_;
  Gauge& host_memory_used_;
  Gauge& host_network_speed_;
  Gauge& volume_;
  Gauge& volume_available_;
};

}  // namespace aiva::app
