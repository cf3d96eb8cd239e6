#include "app/process_metrics.h"

#include <sys/resource.h>

#include <utility>

#include "app/machine.h"

namespace aiva::app {

ProcessMetrics::ProcessMetrics(Metrics& metrics, Places places, const Identity& identity)
    : places_(std::move(places)),
      cpu_(metrics.counter("process_cpu_seconds_total", "Time that cores worked for this process")),
      read_bytes_(
          metrics.counter("process_read_bytes_total", "Bytes this process had read from disks")),
      written_bytes_(metrics.counter("process_written_bytes_total",
                                     "Bytes this process had written to disks")),
      resident_bytes_(metrics.gauge("process_resident_memory_bytes", "Memory that is in use")),
      virtual_bytes_(metrics.gauge("process_virtual_memory_bytes", "Memory that is mapped")),
      open_files_(metrics.gauge("process_open_fds", "Open file descriptors")),
      open_files_max_(metrics.gauge("process_max_fds", "File descriptors there may be")),
      threads_(metrics.gauge("process_threads", "Threads of this process")),
      started_at_(metrics.gauge("process_start_time_seconds",
                                "When this process started, in seconds since 1970")),
      host_cpu_(metrics.counter(
          "aiva_host_cpu_seconds_total",
          "Time that cores were busy on the machine, or in the container where it has a limit")),
      host_read_bytes_(metrics.counter("aiva_host_disk_read_bytes_total",
                                       "Bytes read from all disks of the machine")),
      host_written_bytes_(metrics.counter("aiva_host_disk_written_bytes_total",
                                          "Bytes written to all disks of the machine")),
      host_received_bytes_(
          metrics.counter("aiva_host_network_received_bytes_total", "Bytes that came by network")),
      host_sent_bytes_(
          metrics.counter("aiva_host_network_sent_bytes_total", "Bytes that went by network")),
      host_cores_(metrics.gauge("aiva_host_cpu_cores", "Cores of the machine or the container")),
      host_memory_(
          metrics.gauge("aiva_host_memory_bytes", "Memory of the machine or the container")),
      host_memory_used_(metrics.gauge("aiva_host_memory_used_bytes", "Of it, what is in use")),
      host_network_speed_(metrics.gauge(
          "aiva_host_network_speed_bytes",
          "Bytes a second that network cards carry each way; 0: the machine does not say")),
      volume_(metrics.gauge("aiva_data_volume_bytes", "Size of the volume of the data folder")),
      volume_available_(
          metrics.gauge("aiva_data_volume_available_bytes", "Of it, what can still be written")) {
  metrics
      .gauge("aiva_build_info", "1, with what this process is",
             {{"version", identity.version}, {"role", identity.role}})
      .set(1);
}

void ProcessMetrics::Followed::follow(double total) {
  auto grown = total >= last_ ? total - last_ : total;
  last_ = total;
  if (grown > 0) counter_.add(grown);
}

void ProcessMetrics::refresh() {
  std::lock_guard lock(mutex_);
  refresh_process();
  refresh_host();
  refresh_volume();
}

void ProcessMetrics::refresh_process() {
  auto reading = read_process(places_.root);
  cpu_.follow(reading.cpu_seconds);
  read_bytes_.follow(reading.read_bytes);
  written_bytes_.follow(reading.written_bytes);
  resident_bytes_.set(reading.resident_bytes);
  virtual_bytes_.set(reading.virtual_bytes);
  open_files_.set(reading.open_files);
  threads_.set(reading.threads);
  started_at_.set(reading.started_at);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    open_files_max_.set(static_cast<double>(limit.rlim_cur));
}

void ProcessMetrics::refresh_host() {
  auto reading = read_host(places_.root);
  host_cpu_.follow(reading.cpu_seconds);
  host_read_bytes_.follow(reading.disk_read_bytes);
  host_written_bytes_.follow(reading.disk_written_bytes);
  host_received_bytes_.follow(reading.network_received_bytes);
  host_sent_bytes_.follow(reading.network_sent_bytes);
  host_cores_.set(reading.cpu_cores);
  host_memory_.set(reading.memory_bytes);
  host_memory_used_.set(reading.memory_used_bytes);
  host_network_speed_.set(reading.network_speed_bytes);
}

void ProcessMetrics::refresh_volume() {
  auto reading = read_volume(places_.data_folder);
  volume_.set(reading.bytes);
  volume_available_.set(reading.available_bytes);
}

}  // namespace aiva::app
