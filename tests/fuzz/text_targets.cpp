#include "text_targets.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "foundation/ip_address.h"
#include "foundation/text/csv.h"
#include "foundation/text/html_text.h"
#include "foundation/text/language_tag.h"
#include "foundation/text/sse_parser.h"
#include "foundation/text/utf8.h"
#include "foundation/time.h"

namespace aiva::fuzz {
namespace {

constexpr std::size_t html_bytes_max = 1000;

// Records, each behind its line, and how the reading ended.
struct CsvReading {
  std::vector<std::pair<std::int64_t, std::vector<std::string>>> records;
  std::string error;

  bool operator==(const CsvReading&) const = default;
};

CsvReading read_csv(std::string_view bytes, std::size_t piece, CsvLimits limits) {
  CsvReader reader(limits);
  CsvReading reading;
  auto keep = [&reading](std::int64_t line, std::vector<std::string>& fields) -> Result<void> {
    reading.records.emplace_back(line, std::move(fields));
    return {};
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    auto fed = reader.feed(bytes.substr(0, piece), keep);
    if (fed) continue;
    reading.error = fed.error().message;
    return reading;
  }
  auto finished = reader.finish(keep);
  if (!finished) reading.error = finished.error().message;
  return reading;
}

// What was read is written and read again as the same, but for the apostrophe before a formula.
void check_csv(const CsvReading& reading) {
  std::string written;
  for (const auto& [line, fields] : reading.records) {
    for (const auto& field : fields) {
      if (&field != &fields.front()) written += ',';
      // A record of one empty field would be an empty line.
      if (field.empty())
        written += "\"\"";
      else
        append_csv_cell(written, field);
    }
    written += "\r\n";
  }
  if (written.starts_with("\xEF\xBB\xBF")) return;  // which would be a mark
  auto again = read_csv(written, written.size() + 1, {});
  auto is_same = [](const auto& was, const auto& is) {
    return std::ranges::equal(was.second, is.second,
                              [](const auto& a, const auto& b) { return a == b || "'" + a == b; });
  };
  if (!again.error.empty() || !std::ranges::equal(reading.records, again.records, is_same))
    std::abort();
}

struct SseReading {
  std::vector<std::pair<std::string, std::string>> events;
  bool has_failed = false;

  bool operator==(const SseReading&) const = default;
};

SseReading read_events(std::string_view bytes, std::size_t piece) {
  SseParser parser(500);
  SseReading reading;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    auto events = parser.feed(bytes.substr(0, piece));
    reading.has_failed = !events;
    if (!events) return reading;
    for (auto& event : *events)
      reading.events.emplace_back(std::move(event.type), std::move(event.data));
  }
  return reading;
}

}  // namespace

void read_in_pieces(std::string_view bytes) {
  if (bytes.empty()) return;
  std::size_t piece = 1 + static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  constexpr CsvLimits limits{.record_bytes_max = 500, .fields_max = 8};
  auto csv = read_csv(bytes, bytes.size() + 1, limits);
  if (csv != read_csv(bytes, piece, limits)) std::abort();
  check_csv(csv);
  auto whole = read_events(bytes, bytes.size() + 1);
  auto in_pieces = read_events(bytes, piece);
  // The events before a failure are lost with the piece it is in.
  if (whole.has_failed) whole.events = in_pieces.events;
  if (whole != in_pieces) std::abort();
}

void read_short_texts(std::string_view bytes) {
  if (auto instant = parse_iso8601(bytes)) {
    constexpr std::size_t to_seconds = 19;
    if (to_iso8601(*instant).substr(0, to_seconds) != bytes.substr(0, to_seconds)) std::abort();
  }
  if (auto address = IpAddress::parse(bytes))
    if (IpAddress::parse(address->to_string()) != address) std::abort();
  auto text = html_to_text(bytes, html_bytes_max);
  if (text.size() > html_bytes_max || !is_valid_utf8(text)) std::abort();
  (void)looks_like_html(bytes);
  if (!is_language_tag(bytes)) return;
  auto normal = normalise_language_tag(bytes);
  if (!is_language_tag(normal) || normalise_language_tag(normal) != normal) std::abort();
  (void)is_right_to_left(bytes);
  // It gets shorter until nothing is left, and stays a tag.
  for (auto rest = std::string_view(normal); !rest.empty(); rest = shorter_language_tag(rest))
    if (!is_language_tag(rest)) std::abort();
}

}  // namespace aiva::fuzz
