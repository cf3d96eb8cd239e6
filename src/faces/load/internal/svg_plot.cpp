#include "faces/load/internal/svg_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace aiva::load {
namespace {

constexpr double width = 900;
constexpr double height = 260;
constexpr double left = 64;
constexpr double right = 16;
constexpr double top = 40;
constexpr double bottom = 32;
constexpr int time_marks = 6;

// Where values lie between the bottom and the top.
struct Scale {
  double least = 0;
  double most = 1;
  bool is_logarithmic = false;
  std::vector<double> marks{};

  [[nodiscard]] double y_of(double value) const {
    double share = is_logarithmic
                       ? std::log10(std::max(value, least) / least) / std::log10(most / least)
                       : (value - least) / (most - least);
    return height - bottom - std::clamp(share, 0.0, 1.0) * (height - top - bottom);
  }
};

Scale logarithmic_scale(double most) {
  Scale scale{.least = 0.1, .most = 1, .is_logarithmic = true};
  while (scale.most < most) scale.most *= 10;
  for (double mark = scale.least; mark <= scale.most * 1.01; mark *= 10)
    scale.marks.push_back(mark);
  return scale;
}

// Marks at 1, 2 or 5 times a power of ten.
Scale linear_scale(double most) {
  constexpr int marks_wanted = 5;
  double rough = std::max(most, 1.0) / marks_wanted;
  double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (double factor : {5.0, 2.0, 1.0})
    if (power * factor >= rough) step = power * factor;
  Scale scale{.most = step * std::max(std::ceil(most / step), 1.0)};
  for (double mark = 0; mark <= scale.most * 1.001; mark += step) scale.marks.push_back(mark);
  return scale;
}

Scale scale_for(const Plot& plot) {
  double most = 0;
  for (const auto& line : plot.lines)
    for (double value : line.values) most = std::max(most, value);
  return plot.is_logarithmic ? logarithmic_scale(most) : linear_scale(most);
}

std::string time_text(double seconds) {
  auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

void put_axes(std::string& svg, const Plot& plot, const Scale& scale) {
  for (double mark : scale.marks) {
    auto y = scale.y_of(mark);
    fmt::format_to(std::back_inserter(svg),
                   "<line class=\"grid\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
                   "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}</text>",
                   left, width - right, y, y, left - 6, y + 4, mark);
  }
  for (int i = 0; i <= time_marks; ++i) {
    double share = static_cast<double>(i) / time_marks;
    fmt::format_to(
        std::back_inserter(svg), "<text x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>",
        left + share * (width - left - right), height - 10, time_text(share * plot.seconds));
  }
}

void put_line(std::string& svg, const Line& line, const Scale& scale) {
  fmt::format_to(std::back_inserter(svg), "<polyline class=\"{}\" points=\"", line.style);
  auto last = static_cast<double>(std::max<std::size_t>(line.values.size(), 2) - 1);
  for (std::size_t i = 0; i < line.values.size(); ++i) {
    auto x = left + static_cast<double>(i) / last * (width - left - right);
    fmt::format_to(std::back_inserter(svg), "{:.1f},{:.1f} ", x, scale.y_of(line.values[i]));
  }
  svg += "\"/>";
}

void put_legend(std::string& svg, const Plot& plot) {
  constexpr double each = 110;
  double x = width - right - each * static_cast<double>(plot.lines.size());
  for (const auto& line : plot.lines) {
    fmt::format_to(std::back_inserter(svg),
                   "<line class=\"{}\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"20\" y2=\"20\"/>"
                   "<text x=\"{:.0f}\" y=\"24\">{}</text>",
                   line.style, x, x + 18, x + 24, line.name);
    x += each;
  }
}

}  // namespace

std::string draw(const Plot& plot) {
  auto scale = scale_for(plot);
  auto svg = fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}, {}\">"
      "<text class=\"title\" x=\"{:.0f}\" y=\"24\">{}, {}</text>",
      width, height, plot.title, plot.unit, left, plot.title, plot.unit);
  put_axes(svg, plot, scale);
  put_legend(svg, plot);
  for (const auto& line : plot.lines) put_line(svg, line, scale);
  svg += "</svg>\n";
  return svg;
}

std::vector<double> thinned(std::span<const double> values, std::size_t parts_max) {
  auto parts = std::min(values.size(), parts_max);
  std::vector<double> thin;
  for (std::size_t i = 0; i < parts; ++i) {
    auto from = i * values.size() / parts;
    auto to = (i + 1) * values.size() / parts;
    thin.push_back(std::ranges::max(values.subspan(from, to - from)));
  }
  return thin;
}

}  // namespace aiva::load
