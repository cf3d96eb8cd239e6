#include "capabilities/knowledge/internal/span_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

namespace aiva::knowledge {
namespace {

constexpr float box_unit = 10;
constexpr std::int64_t box_number_max = 100'000'000;

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

std::int64_t to_box_number(float points) {
  if (!std::isfinite(points)) return 0;
  constexpr auto most = static_cast<float>(box_number_max);
  return std::lround(std::clamp(points * box_unit, -most, most));
}

float to_points(std::int64_t number) { return static_cast<float>(number) / box_unit; }

// The numbers of one span: 3 without a box, 7 with one.
std::optional<ChunkSpan> read_span(std::string_view text) {
  std::array<std::int64_t, 7> numbers{};
  std::size_t count = 0;
  const char* at = text.data();
  const char* end = at + text.size();
  while (count < numbers.size()) {
    auto [next, error] = std::from_chars(at, end, numbers[count]);
    if (error != std::errc()) return std::nullopt;
    ++count;
    at = next;
    if (at == end) break;
    if (*at++ != ':') return std::nullopt;
  }
  if (at != end || (count != 3 && count != 7)) return std::nullopt;
  if (numbers[0] < 0 || numbers[1] < 0 || numbers[2] < numbers[1]) return std::nullopt;
  ChunkSpan span{.page = static_cast<int>(numbers[0]),
                 .begin = static_cast<std::size_t>(numbers[1]),
                 .end = static_cast<std::size_t>(numbers[2])};
  if (count == 7)
    span.box = Box{.left = to_points(numbers[3]),
                   .top = to_points(numbers[4]),
                   .right = to_points(numbers[5]),
                   .bottom = to_points(numbers[6])};
  return span;
}

}  // namespace

std::string write_spans(std::span<const ChunkSpan> spans) {
  std::string out;
  for (const auto& span : spans) {
    if (!out.empty()) out += ';';
    append_number(out, span.page);
    for (auto offset : {span.begin, span.end}) {
      out += ':';
      append_number(out, static_cast<std::int64_t>(offset));
    }
    if (!span.box) continue;
    for (auto edge : {span.box->left, span.box->top, span.box->right, span.box->bottom}) {
      out += ':';
      append_number(out, to_box_number(edge));
    }
  }
  return out;
}

std::vector<ChunkSpan> read_spans(std::string_view text) {
  std::vector<ChunkSpan> spans;
  while (!text.empty()) {
    auto end = std::min(text.find(';'), text.size());
    auto span = read_span(text.substr(0, end));
    if (!span) break;
    spans.push_back(*span);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return spans;
}

}  // namespace aiva::knowledge
