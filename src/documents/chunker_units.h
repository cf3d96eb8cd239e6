#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/document_reader.h"

namespace aiva::documents {

// A part of a block's text that stays in one piece: bytes [begin, end).
struct Unit {
  std::size_t begin = 0;
  std::size_t end = 0;
  int size = 0;        // as measured
  int size_after = 0;  // of the white space between it and the next unit
};

struct UnitLimits {
  std::function<int(std::string_view)> measure;
  int size_max = 0;    // of a unit
  int space_size = 0;  // what one blank measures
};

// The lines that name the columns of a table, to be repeated where it is split.
struct TableHeader {
  std::string text{};  // without the last line end; empty: there is none
  int size = 0;
};

TableHeader header_of(const Block& table, const UnitLimits& limits);

// The parts of a block between which it may be split, in order: sentences, of a table rows, of code
// what stands between blank lines. One that is too large is cut further: rows between cells, code
// between lines, and at last anything between words or characters. Each part of the text is
// measured about once.
std::vector<Unit> cut_into_units(const Block& block, const UnitLimits& limits);

// What the units and the white space between them measure together.
int size_of(const std::vector<Unit>& units);

}  // namespace aiva::documents
