#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/block_output.h"
#include "documents/formats/json_tape.h"
#include "foundation/result.h"

namespace aiva::documents {

// Puts the value on a tape out as blocks: names and values as lines of paragraphs, names of what is
// nested as headings, lists of things with the same names as tables.
class JsonBlocks {
 public:
  // Both are borrowed.
  JsonBlocks(const JsonTape& tape, BlockOutput& out) : tape_(tape), out_(out) {}

  // The whole value.
  Result<void> add_all();
  // The whole value as one block of lines, as records of a log are read.
  Result<void> add_record();
  // What the value calls itself; empty when it does not.
  [[nodiscard]] std::string title() const;

 private:
  using Index = std::size_t;
  struct Column {
    std::string name;
    std::size_t filled = 0;
  };

  [[nodiscard]] const JsonNode& node(Index index) const { return tape_.nodes()[index]; }
  [[nodiscard]] bool is_scalar(Index index) const;
  [[nodiscard]] bool is_flat_list(Index index) const;
  [[nodiscard]] bool is_line(Index index) const;
  [[nodiscard]] std::optional<std::string> find_member(Index object, std::string_view name) const;
  void append_inline(Index index, std::string& out) const;
  [[nodiscard]] std::string inline_text(Index index) const;

  Result<void> add_value(Index index, int level);
  Result<void> add_object(Index index, int level);
  Result<void> add_nested(Index name, int level);
  Result<void> add_array(Index index, int level);
  Result<void> add_element(Index index, int level);
  Result<void> add_line(std::string line);
  Result<void> end_paragraph();
  Result<void> add_heading(std::string text, int level);

  [[nodiscard]] std::optional<std::vector<Column>> find_columns(Index array) const;
  Result<bool> add_table_of_objects(Index array);
  Result<bool> add_table_of_arrays(Index array);

  const JsonTape& tape_;
  BlockOutput& out_;
  std::string lines_;
  std::size_t cells_ = 0;
};

}  // namespace aiva::documents
