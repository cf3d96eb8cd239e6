#include "app/process_metrics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

void put_cpu(const fs::path& root, int ticks) {
  fs::create_directories(root / "proc");
  std::ofstream(root / "proc/stat") << "cpu  " << ticks << " 0 0 0 0 0 0 0 0 0\ncpu0 1\n";
}

TEST(ProcessMetrics, a_total_that_began_anew_does_not_make_a_counter_fall) {
  auto pattern = (fs::temp_directory_path() / "aiva-process-XXXXXX").string();
  fs::path root = mkdtemp(pattern.data());
  auto second = static_cast<int>(sysconf(_SC_CLK_TCK));
  Metrics metrics;
  ProcessMetrics shown(metrics, {.data_folder = root, .root = root}, {"1.2.3", "api"});

  put_cpu(root, 10 * second);
  shown.refresh();
  put_cpu(root, 4 * second);
  shown.refresh();
  auto text = metrics.to_prometheus_text();
  fs::remove_all(root);

  EXPECT_NE(text.find("\naiva_host_cpu_seconds_total 14\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\naiva_host_cpu_cores 1\n"), std::string::npos);
  EXPECT_NE(text.find(R"(aiva_build_info{)"), std::string::npos);
  EXPECT_NE(text.find(R"(version="1.2.3")"), std::string::npos);
}

TEST(ProcessMetrics, show_this_process_by_the_names_others_give_it) {
  Metrics metrics;
  ProcessMetrics shown(metrics, {.data_folder = fs::temp_directory_path()}, {"1", "all"});

  shown.refresh();
  auto text = metrics.to_prometheus_text();

  for (auto name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                    "process_open_fds", "process_max_fds", "process_start_time_seconds"})
    EXPECT_NE(text.find("\n" + std::string(name) + " "), std::string::npos) << name;
  EXPECT_EQ(text.find("\nprocess_resident_memory_bytes 0\n"), std::string::npos);
}

}  // namespace
}  // namespace aiva::app
