#include "documents/pdf/stroke_grids.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace aiva::documents {
namespace {

constexpr std::size_t strokes_max = 600;  // in one direction, joined; more is a drawing
constexpr std::size_t columns_max = 40;
constexpr std::size_t rows_max = 300;
constexpr float same_line = 1.5F;   // points that strokes of one line may be apart across it
constexpr float same_gap = 3;       // and along it
constexpr float touch = 2.5F;       // points that crossing strokes may miss each other
constexpr float border_gap = 8;     // points from the outermost stroke to an open side
constexpr float cell_side_min = 3;  // two strokes nearer than that are a double one

// Joins the pieces of strokes that were drawn cell by cell.
std::vector<Stroke> join(std::vector<Stroke> strokes) {
  std::ranges::sort(strokes, {}, &Stroke::at);
  std::vector<Stroke> joined;
  for (std::size_t first = 0; first < strokes.size();) {
    std::size_t last = first;
    while (last < strokes.size() && strokes[last].at - strokes[first].at <= same_line) ++last;
    std::span line(strokes.data() + first, last - first);
    std::ranges::sort(line, {}, &Stroke::begin);
    std::size_t begin = joined.size();
    for (const auto& stroke : line) {
      if (joined.size() > begin && stroke.begin <= joined.back().end + same_gap)
        joined.back().end = std::max(joined.back().end, stroke.end);
      else
        joined.push_back({line.front().at, stroke.begin, stroke.end});
    }
    first = last;
  }
  return joined;
}

bool do_touch(const Stroke& across, const Stroke& along) {
  return across.begin - touch <= along.at && along.at <= across.end + touch &&
         along.begin - touch <= across.at && across.at <= along.end + touch;
}

// Which strokes hang together.
class Groups {
 public:
  explicit Groups(std::size_t count) : parents_(count) {
    std::iota(parents_.begin(), parents_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t i) {
    while (parents_[i] != i) i = parents_[i] = parents_[parents_[i]];
    return i;
  }
  void unite(std::size_t a, std::size_t b) { parents_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parents_;
};

// The different places of strokes, in order, with the outer borders of an open grid.
std::vector<float> borders(const std::vector<Stroke>& strokes, float begin, float end) {
  std::vector<float> places;
  for (const auto& stroke : strokes) places.push_back(stroke.at);
  std::ranges::sort(places);
  std::vector<float> distinct;
  for (float place : places)
    if (distinct.empty() || place - distinct.back() > cell_side_min) distinct.push_back(place);
  if (!distinct.empty() && distinct.front() - begin > border_gap)
    distinct.insert(distinct.begin(), begin);
  if (!distinct.empty() && end - distinct.back() > border_gap) distinct.push_back(end);
  return distinct;
}

struct Extent {
  float begin = 0;
  float end = 0;
};

Extent extent_of(const std::vector<Stroke>& strokes) {
  Extent extent{strokes.front().begin, strokes.front().end};
  for (const auto& stroke : strokes) {
    extent.begin = std::min(extent.begin, stroke.begin);
    extent.end = std::max(extent.end, stroke.end);
  }
  return extent;
}

// The index of the interval that `value` lies in; the last border closes the last one.
std::optional<std::size_t> interval_of(const std::vector<float>& places, float value) {
  if (value < places.front() || value > places.back()) return std::nullopt;
  auto after = std::ranges::upper_bound(places, value) - places.begin();
  return std::min(static_cast<std::size_t>(after), places.size() - 1) - 1;
}

bool is_covered(const std::vector<Stroke>& strokes, float at, float middle) {
  return std::ranges::any_of(strokes, [&](const Stroke& stroke) {
    return std::abs(stroke.at - at) <= cell_side_min && stroke.begin <= middle &&
           middle <= stroke.end;
  });
}

std::optional<StrokeGrid> make_grid(const std::vector<Stroke>& across,
                                    const std::vector<Stroke>& along) {
  if (across.size() < 2 || along.empty()) return std::nullopt;
  auto width = extent_of(across);
  auto height = extent_of(along);
  auto columns = borders(along, width.begin, width.end);
  auto rows = borders(across, height.begin, height.end);
  bool is_grid = columns.size() >= 3 && rows.size() >= 3 && columns.size() <= columns_max + 1 &&
                 rows.size() <= rows_max + 1;
  if (!is_grid) return std::nullopt;
  return StrokeGrid(std::move(columns), std::move(rows), across, along);
}

}  // namespace

StrokeGrid::StrokeGrid(std::vector<float> columns, std::vector<float> rows,
                       const std::vector<Stroke>& across, const std::vector<Stroke>& along)
    : columns_(std::move(columns)), rows_(std::move(rows)) {
  owners_.reserve((columns_.size() - 1) * (rows_.size() - 1));
  for (std::size_t row = 0; row + 1 < rows_.size(); ++row) {
    float middle_y = (rows_[row] + rows_[row + 1]) / 2;
    for (std::size_t column = 0; column + 1 < columns_.size(); ++column) {
      float middle_x = (columns_[column] + columns_[column + 1]) / 2;
      GridCell owner{row, column};
      if (column > 0 && !is_covered(along, columns_[column], middle_y))
        owner = owners_.back();
      else if (row > 0 && !is_covered(across, rows_[row], middle_x))
        owner = owners_[index_of({row - 1, column})];
      owners_.push_back(owner);
    }
  }
}

std::optional<GridCell> StrokeGrid::cell_at(float x, float y) const {
  auto column = interval_of(columns_, x);
  auto row = interval_of(rows_, y);
  if (!column || !row) return std::nullopt;
  return owners_[index_of({*row, *column})];
}

std::vector<StrokeGrid> find_grids(std::span<const Box> rules) {
  std::vector<Stroke> across;
  std::vector<Stroke> along;
  for (const auto& rule : rules) {
    bool is_flat = rule.right - rule.left >= rule.bottom - rule.top;
    if (is_flat)
      across.push_back({(rule.top + rule.bottom) / 2, rule.left, rule.right});
    else
      along.push_back({(rule.left + rule.right) / 2, rule.top, rule.bottom});
  }
  across = join(std::move(across));
  along = join(std::move(along));
  if (across.size() > strokes_max || along.size() > strokes_max) return {};
  Groups groups(across.size() + along.size());
  for (std::size_t i = 0; i < across.size(); ++i)
    for (std::size_t j = 0; j < along.size(); ++j)
      if (do_touch(across[i], along[j])) groups.unite(i, across.size() + j);

  struct Group {
    std::vector<Stroke> across;
    std::vector<Stroke> along;
  };
  std::map<std::size_t, Group> parts;
  for (std::size_t i = 0; i < across.size(); ++i) parts[groups.find(i)].across.push_back(across[i]);
  for (std::size_t j = 0; j < along.size(); ++j)
    parts[groups.find(across.size() + j)].along.push_back(along[j]);
  std::vector<StrokeGrid> grids;
  for (const auto& [root, part] : parts)
    if (auto grid = make_grid(part.across, part.along)) grids.push_back(std::move(*grid));
  return grids;
}

}  // namespace aiva::documents
