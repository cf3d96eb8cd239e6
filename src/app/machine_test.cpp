#include "app/machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

// Files as Linux shows them, in a folder of their own.
class Machine : public ::testing::Test {
 protected:
  Machine() {
    auto name = "aiva-machine-XXXXXX";
    auto pattern = (fs::temp_directory_path() / name).string();
    root_ = mkdtemp(pattern.data());
  }
  ~Machine() override { fs::remove_all(root_); }

  void put(const fs::path& path, std::string_view text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void put_cpu() {
    put("proc/stat",
        "cpu  1000 200 300 99999 50 10 20 30 7 0\n"
        "cpu0 500 100 150 5000 25 5 10 15 0 0\n"
        "cpu1 500 100 150 5000 25 5 10 15 0 0\n"
        "intr 12345\nbtime 1700000000\n");
  }

  fs::path root_;
  double ticks_ = static_cast<double>(sysconf(_SC_CLK_TCK));
};

TEST_F(Machine, a_process_whose_name_has_parentheses_is_read) {
  put_cpu();
  put("proc/self/stat",
      "42 (a) b (c)) S 1 1 1 0 -1 4194304 100 0 0 0 1500 500 0 0 20 0 17 0 3000 123456789 25 "
      "18446744073709551615 1 1\n");
  put("proc/self/io", "rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\n");

  auto reading = read_process(root_);

  EXPECT_DOUBLE_EQ(reading.cpu_seconds, 2000 / ticks_);
  EXPECT_DOUBLE_EQ(reading.threads, 17);
  EXPECT_DOUBLE_EQ(reading.started_at, 1700000000 + 3000 / ticks_);
  EXPECT_DOUBLE_EQ(reading.virtual_bytes, 123456789);
  EXPECT_DOUBLE_EQ(reading.resident_bytes, 25 * static_cast<double>(sysconf(_SC_PAGESIZE)));
  EXPECT_DOUBLE_EQ(reading.read_bytes, 4096);
  EXPECT_DOUBLE_EQ(reading.written_bytes, 8192);
}

TEST_F(Machine, waiting_for_disks_is_not_being_busy) {
  put_cpu();

  auto reading = read_host(root_);

  EXPECT_DOUBLE_EQ(reading.cpu_seconds, (1000 + 200 + 300 + 10 + 20 + 30) / ticks_);
  EXPECT_DOUBLE_EQ(reading.cpu_cores, 2);
}

TEST_F(Machine, a_container_with_limits_is_what_counts) {
  put_cpu();
  put("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n");
  put("proc/self/cgroup", "0::/box\n");
  put("sys/fs/cgroup/box/cpu.max", "150000 100000\n");
  put("sys/fs/cgroup/box/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
  put("sys/fs/cgroup/box/memory.max", "512000\n");
  put("sys/fs/cgroup/box/memory.current", "400000\n");
  put("sys/fs/cgroup/box/memory.stat", "anon 1\ninactive_file 100000\n");

  auto reading = read_host(root_);

  EXPECT_DOUBLE_EQ(reading.cpu_cores, 1.5);
  EXPECT_DOUBLE_EQ(reading.cpu_seconds, 2.5);
  EXPECT_DOUBLE_EQ(reading.memory_bytes, 512000);
  EXPECT_DOUBLE_EQ(reading.memory_used_bytes, 300000);
}

TEST_F(Machine, a_container_without_limits_has_what_the_machine_has) {
  put_cpu();
  put("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 400 kB\n");
  put("proc/self/cgroup", "0::/\n");
  put("sys/fs/cgroup/cpu.max", "max 100000\n");
  put("sys/fs/cgroup/memory.max", "max\n");

  auto reading = read_host(root_);

  EXPECT_DOUBLE_EQ(reading.cpu_cores, 2);
  EXPECT_DOUBLE_EQ(reading.memory_bytes, 1000 * 1024);
  EXPECT_DOUBLE_EQ(reading.memory_used_bytes, 600 * 1024);
}

TEST_F(Machine, partitions_and_what_lies_over_disks_are_counted_once) {
  for (auto name : {"sda", "dm-0"}) fs::create_directories(root_ / "sys/block" / name);
  put("proc/diskstats",
      "   8       0 sda 1 0 10 0 2 0 20 0 0 0 0\n"
      "   8       1 sda1 1 0 10 0 2 0 20 0 0 0 0\n"
      " 253       0 dm-0 1 0 10 0 2 0 20 0 0 0 0\n");

  auto reading = read_host(root_);

  EXPECT_DOUBLE_EQ(reading.disk_read_bytes, 10 * 512);
  EXPECT_DOUBLE_EQ(reading.disk_written_bytes, 20 * 512);
}

TEST_F(Machine, cards_count_and_bridges_do_not) {
  fs::create_directories(root_ / "sys/class/net/eth0/device");
  put("sys/class/net/eth0/speed", "1000\n");
  put("sys/class/net/docker0/speed", "-1\n");
  put("proc/net/dev",
      "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n"
      "    lo: 7 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
      "  eth0:100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n"
      "docker0: 50 1 0 0 0 0 0 0 60 1 0 0 0 0 0 0\n");

  auto reading = read_host(root_);

  EXPECT_DOUBLE_EQ(reading.network_received_bytes, 100);
  EXPECT_DOUBLE_EQ(reading.network_sent_bytes, 200);
  EXPECT_DOUBLE_EQ(reading.network_speed_bytes, 125'000'000);
}

TEST_F(Machine, what_is_not_there_or_not_understood_is_nothing) {
  put("proc/stat", "cpu");
  put("proc/self/stat", "42 (name");
  put("proc/meminfo", "MemTotal: many\n");
  put("sys/fs/cgroup/cpu.max", "100000 0\n");
  put("proc/net/dev", "eth0: \n:\n");
  put("proc/diskstats", "8 0 sda\n");
  fs::create_directories(root_ / "sys/fs/cgroup/memory.max");  // opens, and cannot be read

  auto process = read_process(root_);
  auto host = read_host(root_);

  EXPECT_EQ(process.cpu_seconds, 0);
  EXPECT_EQ(process.started_at, 0);
  EXPECT_EQ(host.cpu_seconds, 0);
  EXPECT_EQ(host.memory_bytes, 0);
  EXPECT_EQ(host.disk_read_bytes, 0);
  EXPECT_EQ(host.network_received_bytes, 0);
  EXPECT_EQ(read_volume(root_ / "nowhere").bytes, 0);
}

TEST(ThisMachine, says_what_this_process_and_its_volume_take) {
  auto process = read_process();
  auto host = read_host();
  auto volume = read_volume(fs::temp_directory_path());

  EXPECT_GT(process.resident_bytes, 1'000'000);
  EXPECT_GT(process.open_files, 2);
  EXPECT_GE(process.threads, 1);
  EXPECT_GT(process.started_at, 1'600'000'000);
  EXPECT_GT(host.cpu_cores, 0);
  EXPECT_GT(host.memory_bytes, host.memory_used_bytes);
  EXPECT_GE(volume.bytes, volume.available_bytes);
  EXPECT_GT(volume.bytes, 0);
}

}  // namespace
}  // namespace aiva::app
