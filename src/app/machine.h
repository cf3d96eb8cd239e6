#pragma once

#include <filesystem>

namespace aiva::app {

// What this process has used since it began. 0 stands for what the system does not say, here and
// below.
struct ProcessReading {
  double cpu_seconds = 0;
  double started_at = 0;  // seconds since 1970
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double threads = 0;
  double open_files = 0;
  double read_bytes = 0;  // from disks
  double written_bytes = 0;
};

// What it runs in: the machine, or the container or service where that has limits of its own.
struct HostReading {
  double cpu_seconds = 0;  // in which a core was busy
  double cpu_cores = 0;
  double memory_bytes = 0;
  double memory_used_bytes = 0;  // without what is given back when somebody asks for it
  // Of all disks and network cards, whoever uses them.
  double disk_read_bytes = 0;
  double disk_written_bytes = 0;
  double network_received_bytes = 0;
  double network_sent_bytes = 0;
  double network_speed_bytes = 0;  // a second, each way
};

struct VolumeReading {
  double bytes = 0;
  double available_bytes = 0;
};

// Reads what Linux tells in /proc and /sys; `root` is where these lie.
ProcessReading read_process(const std::filesystem::path& root = "/");
HostReading read_host(const std::filesystem::path& root = "/");
// Of the file system that `folder` lies on.
VolumeReading read_volume(const std::filesystem::path& folder);

}  // namespace aiva::app
