#include "app/measure_machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#include "app/data_folder.h"
#include "app/measure_disk.h"
#include "app/measured_server.h"
#include "app/scratch_folder.h"
#include "app/version.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using planning::Measurement;
using Time = std::chrono::duration<double>;

constexpr double gb = 1e9;
constexpr int chunks_per_second = 12;  // of the time; a slow core embeds about so many
constexpr int chunks_min = 100;
constexpr int chunks_max = 1000;

// The value of `Name : value` or `Name:  value kB` in a file of /proc; empty where it is not there.
std::string value_in(const char* path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

double kilobytes_in(const char* path, std::string_view name) {
  return std::strtod(value_in(path, name).c_str(), nullptr);
}

// What a container's limit leaves of the machine.
double memory_bytes() {
  double bytes = kilobytes_in("/proc/meminfo", "MemTotal") * 1024;
  std::ifstream limit("/sys/fs/cgroup/memory.max");
  double allowed = 0;
  return limit >> allowed && allowed > 0 ? std::min(bytes, allowed) : bytes;
}

double cores() {
  auto count = static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  std::ifstream limit("/sys/fs/cgroup/cpu.max");
  double quota = 0;
  double period = 0;
  return limit >> quota >> period && quota > 0 && period > 0 ? std::min(count, quota / period)
                                                             : count;
}

void describe_machine(const fs::path& folder, Measurement& measured) {
  measured.machine = value_in("/proc/cpuinfo", "model name").substr(0, 200);
  if (measured.machine.empty()) measured.machine = "a processor without a name";
  measured.program = version;
  measured.measured_at = to_iso8601(unix_ms_now());
  measured.cores = cores();
  measured.memory_gb = memory_bytes() / gb;
  std::error_code error;
  auto space = fs::space(folder, error);
  measured.disk_free_gb = error ? 0 : static_cast<double>(space.available) / gb;
}

std::string search_body(const std::string& base, const std::string& question) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("kb_id", base).field("query", question);
  writer.field("top_k", 5).field("search_type", "text").end_object();
  return body;
}

std::string message_body(const std::string& question) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("content", question).field("role", "user").end_object();
  return body;
}

// A search whose answer is not kept, out of searches some of whose answers were.
Result<double> search_alone_ms(const MeasuredServer::Cost& mixed, double kept_ms) {
  if (mixed.kept_share > 0.9)
    return fail(internal_error("nearly all questions of the measurement had kept answers"));
  return (mixed.cpu_ms - mixed.kept_share * kept_ms) / (1 - mixed.kept_share);
}

// What requests of each kind cost.
Result<void> measure_requests(MeasuredServer& server, Time each, Measurement& measured,
                              const OnMeasuring& on_measuring) {
  using Request = MeasuredServer::Request;
  const auto& base = server.base();
  auto base_path = "/api/knowledge/" + base;
  on_measuring(50, "requests");
  TRY(auto cached, server.cost(each, [&](int) { return Request{"GET", base_path, ""}; }));
  on_measuring(60, "writes");
  TRY(auto written, server.cost(each, [&](int number) {
    return Request{"PUT", base_path, fmt::format(R"({{"description":"Number {}"}})", number)};
  }));
  on_measuring(70, "kept answers");
  TRY(auto kept, server.cost(each, [&](int) {
    return Request{"POST", "/api/v1/search", search_body(base, made_question(0))};
  }));
  on_measuring(80, "searches");
  TRY(auto searched, server.cost(each, [&](int number) {
    return Request{"POST", "/api/v1/search", search_body(base, made_question(number + 1))};
  }));
  on_measuring(90, "chat turns");
  auto turns = "/api/chat/" + server.session() + "/messages";
  TRY(auto turned, server.cost(each, [&](int number) {
    return Request{"POST", turns, message_body(made_question(number + 1'000'000))};
  }));
  measured.cached_request_cpu_ms = cached.cpu_ms;
  measured.write_cpu_ms = written.cpu_ms;
  measured.kept_search_cpu_ms = kept.cpu_ms;
  TRY(measured.search_cpu_ms, search_alone_ms(searched, kept.cpu_ms));
  measured.turn_cpu_ms = turned.cpu_ms;
  return {};
}

}  // namespace

Result<Measurement> measure_machine(const Config& config, const Paths& paths,
                                    std::chrono::seconds time, const OnMeasuring& on_measuring) {
  auto began = std::chrono::steady_clock::now();
  TRY(auto folder, prepare_data_folder(config));
  TRY(auto scratch, ScratchFolder::make(folder));
  Measurement measured;
  describe_machine(scratch.path(), measured);
  Time all = time;

  on_measuring(0, "disk");
  TRY(auto disk, measure_disk(scratch.path(), all * 0.15));
  measured.disk_write_mb_s = disk.write_mb_s;
  measured.disk_read_mb_s = disk.read_mb_s;
  measured.disk_random_reads_s = disk.random_reads_s;
  on_measuring(15, "commits");
  TRY(auto commits, measure_commits(scratch.path(), all * 0.1));
  measured.commits_per_second = commits.per_second;
  measured.commit_ms = commits.alone_ms;

  on_measuring(25, "documents");
  auto installation = scratch.path() / "installation";
  std::error_code error;
  fs::create_directory(installation, error);
  TRY(auto server, MeasuredServer::open(config, paths, installation));
  auto wanted = static_cast<int>(time.count()) * chunks_per_second;
  TRY(auto ingested, server->ingest(std::clamp(wanted, chunks_min, chunks_max)));
  measured.chunk_cpu_ms = ingested.cpu_s * 1000 / ingested.chunks;
  measured.chunk_disk_bytes = std::max(1.0, ingested.disk_bytes / ingested.chunks);
  TRY_VOID(measure_requests(*server, all * 0.09, measured, on_measuring));
  measured.program_memory_mb = kilobytes_in("/proc/self/status", "VmRSS") * 1024 / 1e6;
  measured.measured_s = Time(std::chrono::steady_clock::now() - began).count();
  on_measuring(100, "done");
  return measured;
}

}  // namespace aiva::app
