#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

enum class JsonKind : std::uint8_t { null, boolean, number, text, array, object };

// One value on the tape. The values inside an array follow it; those inside an object follow it,
// each behind its name, which is a text.
struct JsonNode {
  JsonKind kind = JsonKind::null;
  std::uint32_t begin = 0;  // its bytes in the source, of a text those between its quotes
  std::uint32_t end = 0;
  std::uint32_t next = 0;  // index of the node behind it and all it holds
};

// Values of JSON (RFC 8259) as a flat list over their source text: numbers and texts stay as they
// are written there. The source must be UTF-8 and outlive the tape.
class JsonTape {
 public:
  static constexpr int depth_max = 256;
  static constexpr std::size_t source_bytes_max = 512UL * 1024 * 1024;

  explicit JsonTape(std::string_view source) : source_(source) {}

  // Reads the value after the blanks at `at`, in place of the one before, and moves `at` behind it.
  // Fails with `invalid` and the place, or where values nest deeper than `depth_max`.
  Result<void> read(std::size_t& at);
  // Whether the last failure was that the source ended within a value.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

  [[nodiscard]] const std::vector<JsonNode>& nodes() const { return nodes_; }
  // The text of a text, unescaped; of other values as written.
  [[nodiscard]] std::string text_of(const JsonNode& node) const;
  [[nodiscard]] std::size_t size_of(const JsonNode& node) const { return node.end - node.begin; }

 private:
  Result<void> read_value(int depth);
  Result<void> read_members(std::uint32_t owner, int depth);
  Result<void> read_elements(std::uint32_t owner, int depth);
  Result<void> read_string();
  Result<void> read_number();
  Result<void> read_word(std::string_view word, JsonKind kind);
  void skip_blanks();
  [[nodiscard]] char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }
  [[nodiscard]] std::unexpected<Error> broken(std::string_view what);

  std::string_view source_;
  std::size_t at_ = 0;
  bool is_cut_ = false;
  std::vector<JsonNode> nodes_;
};

// What the beginning of a text is: no JSON, one value, or several one after the other.
enum class JsonShape { none, value, values };
// `is_whole`: nothing follows the head.
JsonShape recognise_json(std::string_view head, bool is_whole);

}  // namespace aiva::documents
