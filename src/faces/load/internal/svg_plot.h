#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::load {

struct Line {
  std::string name{};
  std::string style{};  // a class of the page
  std::vector<double> values{};
};

struct Plot {
  std::string title{};
  std::string unit{};
  double seconds = 0;  // of the whole axis of time
  bool is_logarithmic = false;
  std::vector<Line> lines{};  // all as long
};

// An SVG element with axes, grid and legend. Names must be free of what HTML escapes.
std::string draw(const Plot& plot);

// The largest number of each part, when a line is cut into so many parts at most.
std::vector<double> thinned(std::span<const double> values, std::size_t parts_max);

}  // namespace aiva::load
