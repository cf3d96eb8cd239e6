#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::cli {

// One figure as /api/status tells it.
struct TopFigure {
  std::string name{};
  std::string group{};
  std::string label{};
  std::string unit{};
  std::optional<double> value{};  // nothing: not known
  std::string state{};            // ok, warn, alert, unknown
};

// What /api/status answered.
struct TopStatus {
  std::string version{};
  std::string role{};
  std::string timestamp{};
  std::string started_at{};
  bool is_draining = false;
  std::vector<TopFigure> figures{};
};

// Fails with `invalid` when it is not such an answer.
Result<TopStatus> read_top_status(const json::Value& answer);

struct TopSize {
  std::size_t columns = 80;
  std::size_t rows = 0;  // 0: as many as there are
};

// A value as people read it: "12.3 /s", "1.5 GiB", "98 %", "-".
std::string top_value(const TopFigure& figure);

// The screen of `aiva top`: figures in as many columns as fit, each with its line through the last
// answers. Lines are as wide as the terminal, counted in characters. Where there are more figures
// than it has room for, those beyond their limits stay, and the foot says how many are left out.
class TopScreen {
 public:
  explicit TopScreen(bool has_colours) : has_colours_(has_colours) {}

  void take(TopStatus status);
  // What stands in place of the note at the foot; empty: nothing.
  void say(std::string note) { note_ = std::move(note); }
  [[nodiscard]] std::string draw(TopSize size) const;

 private:
  using Figures = std::vector<const TopFigure*>;

  [[nodiscard]] Figures known_figures() const;
  [[nodiscard]] std::vector<std::string> lines_of(const Figures& figures, std::size_t width) const;
  [[nodiscard]] std::string line_of(const TopFigure& figure, std::size_t width) const;
  [[nodiscard]] std::string trend_of(const std::string& name) const;
  [[nodiscard]] std::string foot_of(std::size_t left_out, std::size_t columns) const;
  [[nodiscard]] std::string coloured(std::string_view text, std::string_view code) const;

  bool has_colours_;
  TopStatus status_{};
  std::map<std::string, std::deque<double>> past_{};  // of the last answers, by figure
  std::string note_{};
};

}  // namespace aiva::cli
