#include "faces/cli/top_screen.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "foundation/text/utf8.h"

namespace aiva::cli {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size(); ++width) next_code_point(text, at);
  return width;
}

TopStatus some_status(double requests = 12.3) {
  TopStatus status{.version = "1.2.3",
                   .role = "all",
                   .timestamp = "2026-11-03T10:15:30.000Z",
                   .started_at = "2026-11-03T07:10:00.000Z"};
  status.figures = {
      {"requests_per_second", "API", "Requests", "/s", requests, "ok"},
      {"latency_p95_ms", "API", "95 % within", "ms", 2345.0, "warn"},
      {"server_error_ratio", "API", "Failed (5xx)", "ratio", 0.021, "alert"},
      {"calls_active", "Voice", "Calls", "", std::nullopt, "unknown"},
      {"process_memory_bytes", "System", "Memory of this process", "bytes", 1.5e9, "ok"},
      {"open_files", "System", "Open files", "", 120.0, "ok"}};
  return status;
}

TEST(TopScreen, fits_into_eighty_columns_in_two_columns) {
  TopScreen screen(false);
  screen.take(some_status());

  auto lines = lines_of(screen.draw({.columns = 80}));

  ASSERT_GE(lines.size(), 4U);
  for (const auto& line : lines) EXPECT_LE(width_of(line), 80U) << line;
  EXPECT_EQ(width_of(lines[0]), 80U);
  EXPECT_TRUE(lines[0].starts_with("AIVA 1.2.3  all  up 3 h 5 min")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with("10:15:30 UTC")) << lines[0];
  EXPECT_NE(lines[1].find("── API"), std::string::npos);
  EXPECT_NE(lines[1].find("── System"), std::string::npos) << "beside it";
  auto text = screen.draw({.columns = 80});
  EXPECT_EQ(text.find("Calls"), std::string::npos) << "not known here";
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "no colours were wanted";
}

TEST(TopScreen, marks_what_is_beyond_its_limits_also_without_colours) {
  TopScreen plain(false);
  TopScreen coloured(true);
  plain.take(some_status());
  coloured.take(some_status());

  auto text = plain.draw({.columns = 80});

  EXPECT_NE(text.find("* 95 % within"), std::string::npos);
  EXPECT_NE(text.find("! Failed (5xx)"), std::string::npos);
  EXPECT_NE(coloured.draw({.columns = 80}).find("\x1b[31;1m! Failed"), std::string::npos);
}

TEST(TopScreen, draws_a_line_through_the_last_answers) {
  TopScreen screen(false);
  for (double requests : {0.0, 10.0, 20.0, 40.0}) screen.take(some_status(requests));

  EXPECT_NE(screen.draw({.columns = 80}).find("▁▃▅█"), std::string::npos)
      << screen.draw({.columns = 80});
}

TEST(TopScreen, keeps_to_the_height_of_the_terminal) {
  TopScreen screen(false);
  screen.take(some_status());
  screen.say("q: quit");

  auto lines = lines_of(screen.draw({.columns = 40, .rows = 5}));

  EXPECT_EQ(lines.size(), 5U);
  EXPECT_TRUE(lines.back().starts_with("q: quit"));
}

TEST(TopScreen, says_what_has_no_room_and_keeps_what_is_beyond_its_limits) {
  TopScreen screen(false);
  screen.take(some_status());
  screen.say("q: quit");

  auto lines = lines_of(screen.draw({.columns = 40, .rows = 5}));

  ASSERT_EQ(lines.size(), 5U);
  EXPECT_TRUE(lines[1].starts_with("── API")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("* 95 % within")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("! Failed (5xx)")) << lines[3];
  EXPECT_EQ(lines[4], "q: quit   … 3 more; enlarge the terminal");
}

TEST(TopScreen, fills_the_room_there_is_in_the_order_of_the_figures) {
  TopScreen screen(false);
  screen.take(some_status());

  // Five figures in two groups.
  EXPECT_EQ(screen.draw({.columns = 40, .rows = 9}).find("more"), std::string::npos);
  auto lines = lines_of(screen.draw({.columns = 40, .rows = 8}));
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_TRUE(lines[2].starts_with("  Requests")) << lines[2];
  EXPECT_TRUE(lines[6].starts_with("  Memory")) << lines[6];
  EXPECT_TRUE(lines[7].ends_with(" … 1 more; enlarge the terminal")) << lines[7];
  auto least = lines_of(screen.draw({.columns = 40, .rows = 2}));
  ASSERT_EQ(least.size(), 2U);
  EXPECT_TRUE(least[1].ends_with(" … 5 more; enlarge the terminal")) << least[1];
}

TEST(TopScreen, writes_values_as_people_read_them) {
  auto shown = [](double value, std::string unit) {
    return top_value({.unit = std::move(unit), .value = value});
  };

  EXPECT_EQ(shown(0.0213, "ratio"), "2.1 %");
  EXPECT_EQ(shown(0.5, "ratio"), "50 %");
  EXPECT_EQ(shown(12.34, "ms"), "12.3 ms");
  EXPECT_EQ(shown(1234, "ms"), "1.23 s");
  EXPECT_EQ(shown(1.5 * 1024 * 1024 * 1024, "bytes"), "1.5 GiB");
  EXPECT_EQ(shown(7, ""), "7");
  EXPECT_EQ(shown(0.25, "/s"), "0.2 /s");
  EXPECT_EQ(top_value({.unit = "ms"}), "-");
}

TEST(TopScreen, reads_what_the_server_answers_and_nothing_else) {
  auto read = [](std::string_view text) { return read_top_status(*json::parse(text)); };

  auto status = read(R"({"success":true,"data":{"version":"1","role":"api","is_draining":true,
      "timestamp":"2026-11-03T10:15:30.000Z","started_at":"2026-11-03T10:15:30.000Z",
      "figures":[{"name":"a","group":"API","label":"A","unit":"","value":3,"state":"ok"},
                 {"name":"b","group":"API","label":"B","unit":"","value":null,
                  "state":"unknown"}]}})");

  ASSERT_TRUE(status) << status.error().message;
  EXPECT_TRUE(status->is_draining);
  ASSERT_EQ(status->figures.size(), 2U);
  EXPECT_EQ(status->figures[0].value, 3);
  EXPECT_EQ(status->figures[1].value, std::nullopt);
  EXPECT_FALSE(read("[]"));
  EXPECT_FALSE(read(R"({"data":{"figures":3}})"));
}

}  // namespace
}  // namespace aiva::cli
