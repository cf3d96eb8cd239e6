#include "app/machine.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr double sector_bytes = 512;  // in /proc/diskstats, whatever the disk has
constexpr double bytes_per_megabit = 125'000;
constexpr std::size_t file_bytes_max = 1024 * 1024;

// Empty where it cannot be read: what a card does not know ends with an error, not with nothing.
std::string read_text(const fs::path& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                       &std::fclose);
  if (!file) return {};
  std::string text;
  std::array<char, 4096> block{};
  while (text.size() < file_bytes_max) {
    auto count = std::fread(block.data(), 1, block.size(), file.get());
    if (count == 0) break;
    text.append(block.data(), count);
  }
  return std::ferror(file.get()) != 0 ? std::string() : text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// The number that the text begins with; nothing where it begins with none or a negative one.
std::optional<double> number_in(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  unsigned long long number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return static_cast<double>(number);
}

double number_at(const std::vector<std::string_view>& words, std::size_t index) {
  return index < words.size() ? number_in(words[index]).value_or(0) : 0;
}

// What stands behind `name` at the beginning of a line.
double number_after(std::string_view text, std::string_view name) {
  for (auto line : split(text, '\n'))
    if (line.starts_with(name)) return number_in(line.substr(name.size())).value_or(0);
  return 0;
}

double ticks_per_second() {
  auto ticks = sysconf(_SC_CLK_TCK);
  return ticks > 0 ? static_cast<double>(ticks) : 100;
}

void read_stat(const fs::path& root, ProcessReading& reading) {
  auto text = read_text(root / "proc/self/stat");
  auto name_end = text.rfind(')');  // the name may have spaces and parentheses
  if (name_end == std::string::npos) return;
  // From the third field on, as proc(5) counts them.
  auto fields = split(std::string_view(text).substr(name_end + 1), ' ');
  auto field = [&fields](std::size_t number) { return number_at(fields, number - 3); };
  auto ticks = ticks_per_second();
  reading.cpu_seconds = (field(14) + field(15)) / ticks;
  reading.threads = field(20);
  auto boot = number_after(read_text(root / "proc/stat"), "btime ");
  if (boot > 0) reading.started_at = boot + field(22) / ticks;
  reading.virtual_bytes = field(23);
  reading.resident_bytes = field(24) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double count_open_files(const fs::path& root) {
  std::error_code error;
  double count = 0;
  for (fs::directory_iterator at(root / "proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // without that of the listing itself
}

// The group of this process in the unified hierarchy; one that is not there reads as empty.
fs::path own_group(const fs::path& root) {
  auto text = read_text(root / "proc/self/cgroup");
  for (auto line : split(text, '\n'))
    if (line.starts_with("0::/")) return root / "sys/fs/cgroup" / fs::path(line.substr(4));
  return root / "sys/fs/cgroup";
}

void read_machine_cpu(const fs::path& root, HostReading& reading) {
  auto text = read_text(root / "proc/stat");
  for (auto line : split(text, '\n')) {
    if (!line.starts_with("cpu")) break;
    if (!line.starts_with("cpu ")) {
      ++reading.cpu_cores;
      continue;
    }
    auto words = split(line, ' ');
    // user, nice, system, irq, softirq and steal; not idle and iowait, and guests are in user.
    for (std::size_t index : {1, 2, 3, 6, 7, 8}) reading.cpu_seconds += number_at(words, index);
    reading.cpu_seconds /= ticks_per_second();
  }
}

void read_group_cpu(const fs::path& group, HostReading& reading) {
  auto limit = read_text(group / "cpu.max");  // "200000 100000", or "max 100000"
  auto words = split(limit, ' ');
  if (words.size() < 2) return;
  auto quota = number_in(words[0]);
  auto period = number_in(words[1]).value_or(0);
  if (!quota || period <= 0) return;
  reading.cpu_cores = *quota / period;
  reading.cpu_seconds = number_after(read_text(group / "cpu.stat"), "usage_usec ") / 1e6;
}

void read_memory(const fs::path& root, const fs::path& group, HostReading& reading) {
  auto text = read_text(root / "proc/meminfo");
  reading.memory_bytes = number_after(text, "MemTotal:") * 1024;
  reading.memory_used_bytes = reading.memory_bytes - number_after(text, "MemAvailable:") * 1024;
  auto limit = number_in(read_text(group / "memory.max"));
  if (!limit || *limit >= reading.memory_bytes) return;
  auto used = number_in(read_text(group / "memory.current")).value_or(0);
  auto given_back = number_after(read_text(group / "memory.stat"), "inactive_file ");
  reading.memory_bytes = *limit;
  reading.memory_used_bytes = std::max(used - given_back, 0.0);
}

// Whole disks only: what stands above or inside them would be counted twice.
bool is_disk(const fs::path& root, std::string_view name) {
  for (std::string_view other : {"loop", "ram", "zram", "dm-", "md", "sr", "fd"})
    if (name.starts_with(other)) return false;
  std::error_code error;
  return fs::exists(root / "sys/block" / fs::path(name), error);
}

void read_disks(const fs::path& root, HostReading& reading) {
  auto text = read_text(root / "proc/diskstats");
  for (auto line : split(text, '\n')) {
    auto words = split(line, ' ');
    if (words.size() < 10 || !is_disk(root, words[2])) continue;
    reading.disk_read_bytes += number_at(words, 5) * sector_bytes;
    reading.disk_written_bytes += number_at(words, 9) * sector_bytes;
  }
}

struct Card {
  double received = 0;
  double sent = 0;
  double speed = 0;
  bool is_physical = false;
};

std::optional<Card> read_card(const fs::path& root, std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto name = line.substr(0, colon);
  name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
  if (name == "lo" || name.empty()) return std::nullopt;
  auto words = split(line.substr(colon + 1), ' ');
  auto folder = root / "sys/class/net" / fs::path(name);
  std::error_code error;
  return Card{.received = number_at(words, 0),
              .sent = number_at(words, 8),
              .speed = number_in(read_text(folder / "speed")).value_or(0) * bytes_per_megabit,
              .is_physical = fs::exists(folder / "device", error)};
}

// Bridges and tunnels carry what cards carry; they count where there is no card, as in containers.
void read_network(const fs::path& root, HostReading& reading) {
  auto text = read_text(root / "proc/net/dev");
  std::vector<Card> cards;
  for (auto line : split(text, '\n'))
    if (auto card = read_card(root, line)) cards.push_back(*card);
  bool has_physical = std::ranges::any_of(cards, &Card::is_physical);
  for (const auto& card : cards) {
    if (has_physical && !card.is_physical) continue;
    reading.network_received_bytes += card.received;
    reading.network_sent_bytes += card.sent;
    reading.network_speed_bytes += card.speed;
  }
}

}  // namespace

ProcessReading read_process(const fs::path& root) {
  ProcessReading reading;
  read_stat(root, reading);
  reading.open_files = count_open_files(root);
  auto io = read_text(root / "proc/self/io");
  reading.read_bytes = number_after(io, "read_bytes: ");
  reading.written_bytes = number_after(io, "write_bytes: ");
  return reading;
}

HostReading read_host(const fs::path& root) {
  HostReading reading;
  auto group = own_group(root);
  read_machine_cpu(root, reading);
  read_group_cpu(group, reading);
  read_memory(root, group, reading);
  read_disks(root, reading);
  read_network(root, reading);
  return reading;
}

VolumeReading read_volume(const fs::path& folder) {
  std::error_code error;
  auto space = fs::space(folder, error);
  if (error) return {};
  return {.bytes = static_cast<double>(space.capacity),
          .available_bytes = static_cast<double>(space.available)};
}

}  // namespace aiva::app
