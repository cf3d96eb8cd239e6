#include "faces/cli/top_screen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "foundation/text/utf8.h"
#include "foundation/time.h"

namespace aiva::cli {
namespace {

constexpr std::size_t trend_length = 8;
constexpr std::size_t value_width = 11;
constexpr std::size_t column_width_min = 38;
constexpr std::size_t columns_max = 3;
constexpr std::size_t gap = 2;
constexpr std::array blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::string_view yellow = "33";
constexpr std::string_view red = "31;1";
constexpr std::string_view bold = "1";
constexpr std::string_view grey = "90";

std::string number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string scaled(double value, double base, std::initializer_list<const char*> names) {
  const auto* name = names.begin();
  while (std::abs(value) >= base && name + 1 != names.end()) {
    value /= base;
    ++name;
  }
  int digits = name != names.begin() && std::abs(value) < 10 ? 1 : 0;
  return number(value, digits) + " " + *name;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size(); ++width) next_code_point(text, at);
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size() && count < width; ++count)
    append_utf8(out, next_code_point(text, at));
  return out.append(width - count, ' ');
}

std::string right_aligned(std::string_view text, std::size_t width) {
  auto length = width_of(text);
  return std::string(length < width ? width - length : 0, ' ').append(text);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string age_of(const TopStatus& status) {
  auto began = parse_iso8601(status.started_at);
  auto now = parse_iso8601(status.timestamp);
  if (!began || !now) return "-";
  auto minutes = std::max<std::int64_t>((*now - *began) / 60'000, 0);
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 48 * 60)
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(minutes / (24 * 60)) + " days";
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const auto& text = value->as_string();
  return {text.data(), text.size()};
}

TopFigure read_figure(const json::Object& object) {
  TopFigure figure{.name = text_of(object, "name"),
                   .group = text_of(object, "group"),
                   .label = text_of(object, "label"),
                   .unit = text_of(object, "unit"),
                   .state = text_of(object, "state")};
  const auto* value = object.if_contains("value");
  if (value == nullptr) return figure;
  if (value->is_double()) figure.value = value->as_double();
  if (value->is_int64()) figure.value = static_cast<double>(value->as_int64());
  if (value->is_uint64()) figure.value = static_cast<double>(value->as_uint64());
  return figure;
}

// With a line for each group's name.
std::size_t count_lines(const std::vector<const TopFigure*>& figures) {
  std::size_t count = 0;
  std::string_view group;
  for (const auto* figure : figures) {
    count += figure->group == group ? 1 : 2;
    group = figure->group;
  }
  return count;
}

int urgency_of(const TopFigure& figure) {
  if (figure.state == "alert") return 2;
  return figure.state == "warn" ? 1 : 0;
}

// Those that have room in so many lines, in their order: the most urgent, of the others the first.
std::vector<const TopFigure*> most_urgent(std::vector<const TopFigure*> figures,
                                          std::size_t lines_max) {
  if (count_lines(figures) <= lines_max) return figures;
  auto place_of = [&figures](const TopFigure* figure) {
    return std::ranges::find(figures, figure) - figures.begin();
  };
  std::vector<const TopFigure*> chosen;
  for (int urgency : {2, 1, 0}) {
    for (const auto* figure : figures) {
      if (urgency_of(*figure) != urgency) continue;
      auto more = chosen;
      more.push_back(figure);
      std::ranges::sort(more, {}, place_of);
      if (count_lines(more) <= lines_max) chosen = std::move(more);
    }
  }
  return chosen;
}

}  // namespace

Result<TopStatus> read_top_status(const json::Value& answer) {
  auto mistake = [] { return fail(ErrorCode::invalid, "The server's answer makes no sense"); };
  const auto* data = answer.is_object() ? answer.as_object().if_contains("data") : nullptr;
  if (data == nullptr || !data->is_object()) return mistake();
  const auto& object = data->as_object();
  const auto* figures = object.if_contains("figures");
  if (figures == nullptr || !figures->is_array()) return mistake();
  TopStatus status{.version = text_of(object, "version"),
                   .role = text_of(object, "role"),
                   .timestamp = text_of(object, "timestamp"),
                   .started_at = text_of(object, "started_at")};
  const auto* draining = object.if_contains("is_draining");
  status.is_draining = draining != nullptr && draining->is_bool() && draining->as_bool();
  for (const auto& figure : figures->as_array())
    if (figure.is_object()) status.figures.push_back(read_figure(figure.as_object()));
  return status;
}

std::string top_value(const TopFigure& figure) {
  if (!figure.value) return "-";
  auto value = *figure.value;
  const auto& unit = figure.unit;
  if (unit == "ratio") return number(value * 100, value < 0.1 ? 1 : 0) + " %";
  if (unit == "ms") return value < 1000 ? number(value, 1) + " ms" : number(value / 1000, 2) + " s";
  if (unit == "s") return number(value, 0) + " s";
  if (unit == "bytes") return scaled(value, 1024, {"B", "KiB", "MiB", "GiB", "TiB"});
  if (unit == "bytes/s") return scaled(value, 1000, {"B/s", "kB/s", "MB/s", "GB/s"});
  bool is_whole = value >= 10 || value == std::floor(value);
  auto text = number(value, is_whole ? 0 : 1);
  return unit.empty() ? text : text + " " + unit;
}

void TopScreen::take(TopStatus status) {
  for (const auto& figure : status.figures) {
    if (!figure.value) continue;
    auto& values = past_[figure.name];
    values.push_back(*figure.value);
    if (values.size() > trend_length) values.pop_front();
  }
  status_ = std::move(status);
}

std::string TopScreen::coloured(std::string_view text, std::string_view code) const {
  if (!has_colours_ || code.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

std::string TopScreen::trend_of(const std::string& name) const {
  auto found = past_.find(name);
  if (found == past_.end() || found->second.size() < 2) return std::string(trend_length, ' ');
  const auto& values = found->second;
  auto most = *std::ranges::max_element(values);
  std::string trend(trend_length - values.size(), ' ');
  for (auto value : values) {
    auto part = most > 0 ? value / most * static_cast<double>(blocks.size() - 1) : 0;
    auto at = std::clamp(std::lround(part), 0L, static_cast<long>(blocks.size()) - 1);
    trend += blocks[static_cast<std::size_t>(at)];
  }
  return trend;
}

// "! 95 % within      1.23 s ▁▂▃▅▆▇██": the mark tells what colours tell, for whoever has none.
std::string TopScreen::line_of(const TopFigure& figure, std::size_t width) const {
  bool is_alert = figure.state == "alert";
  bool is_warned = figure.state == "warn";
  auto code = is_alert ? red : (is_warned ? yellow : std::string_view());
  std::string mark = is_alert ? "!" : (is_warned ? "*" : " ");
  auto label_width = width - value_width - trend_length - 4;
  auto text = mark + " " + padded(figure.label, label_width) +
              right_aligned(top_value(figure), value_width + 1);
  return coloured(text, code) + " " + coloured(trend_of(figure.name), grey);
}

TopScreen::Figures TopScreen::known_figures() const {
  Figures known;
  for (const auto& figure : status_.figures)
    if (figure.value) known.push_back(&figure);
  return known;
}

// The groups one below the other.
std::vector<std::string> TopScreen::lines_of(const Figures& figures, std::size_t width) const {
  std::vector<std::string> lines;
  std::string group;
  for (const auto* figure : figures) {
    if (figure->group != group) {
      group = figure->group;
      auto rule = width > width_of(group) + 4 ? width - width_of(group) - 4 : 0;
      lines.push_back(coloured("── " + group + " " + repeated("─", rule), bold));
    }
    lines.push_back(line_of(*figure, width));
  }
  return lines;
}

std::string TopScreen::foot_of(std::size_t left_out, std::size_t columns) const {
  if (left_out == 0) return padded(note_, columns);
  auto more = " … " + std::to_string(left_out) + " more; enlarge the terminal";
  auto room = columns > width_of(more) ? columns - width_of(more) : 0;
  return padded(note_, room) + more;
}

std::string TopScreen::draw(TopSize size) const {
  auto columns = std::max(size.columns, column_width_min);
  auto count = std::clamp<std::size_t>((columns + gap) / (column_width_min + gap), 1, columns_max);
  auto width = (columns - (count - 1) * gap) / count;
  auto known = known_figures();
  auto room_below = size.rows > 2 ? size.rows - 2 : 0;  // without head and foot
  auto shown = size.rows == 0 ? known : most_urgent(known, room_below * count);
  auto lines = lines_of(shown, width);
  auto height = (lines.size() + count - 1) / count;
  auto state = status_.is_draining ? "  stopping" : "";
  auto head = "AIVA " + status_.version + "  " + status_.role + "  up " + age_of(status_) + state;
  auto clock = status_.timestamp.size() > 19 ? status_.timestamp.substr(11, 8) + " UTC" : "";
  auto room = columns > width_of(clock) ? columns - width_of(clock) : 0;
  std::string screen = coloured(padded(head, room) + clock, bold) + "\n";
  for (std::size_t row = 0; row < height; ++row) {
    for (std::size_t column = 0; column < count; ++column) {
      auto at = column * height + row;
      if (column > 0) screen.append(gap, ' ');
      screen += at < lines.size() ? lines[at] : std::string(column + 1 < count ? width : 0, ' ');
    }
    screen += "\n";
  }
  return screen + foot_of(known.size() - shown.size(), columns);
}

}  // namespace aiva::cli
