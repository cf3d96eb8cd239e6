#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ports/document_reader.h"

namespace aiva::documents {

// A stroke across or along the page: `at` in one direction, from `begin` to `end` in the other.
struct Stroke {
  float at = 0;
  float begin = 0;
  float end = 0;
};

// A cell of a grid; one that spans others stands for them by its first row and column.
struct GridCell {
  std::size_t row = 0;
  std::size_t column = 0;
};

// Strokes that cross each other so that they part a rectangle into rows and columns.
class StrokeGrid {
 public:
  // The borders of columns and rows in order, at least three of each, and the strokes they come
  // from: where one is missing between two cells, these are one.
  StrokeGrid(std::vector<float> columns, std::vector<float> rows, const std::vector<Stroke>& across,
             const std::vector<Stroke>& along);

  [[nodiscard]] std::size_t rows() const { return rows_.size() - 1; }
  [[nodiscard]] std::size_t columns() const { return columns_.size() - 1; }
  [[nodiscard]] Box box() const {
    return {columns_.front(), rows_.front(), columns_.back(), rows_.back()};
  }
  // The cell a point lies in, or nothing when it lies outside.
  [[nodiscard]] std::optional<GridCell> cell_at(float x, float y) const;
  [[nodiscard]] std::size_t index_of(GridCell cell) const {
    return cell.row * columns() + cell.column;
  }

 private:
  std::vector<float> columns_;  // the borders of the columns, from the left
  std::vector<float> rows_;     // the borders of the rows, from the top
  std::vector<GridCell> owners_;
};

// The grids of at least two rows and two columns among a page's strokes.
std::vector<StrokeGrid> find_grids(std::span<const Box> rules);

}  // namespace aiva::documents
