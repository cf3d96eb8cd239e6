#include "capabilities/crawl/internal/page_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::crawl {
namespace {

constexpr std::size_t name_bytes_max = 120;

std::string_view ending_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> endings = {
      {{"text/html", ".html"},
       {"application/xhtml+xml", ".html"},
       {"", ".html"},
       {"application/pdf", ".pdf"},
       {"text/plain", ".txt"},
       {"text/markdown", ".md"},
       {"text/csv", ".csv"},
       {"text/tab-separated-values", ".tsv"},
       {"application/json", ".json"},
       {"application/x-ndjson", ".jsonl"},
       {"text/rtf", ".rtf"},
       {"application/rtf", ".rtf"}}};
  for (const auto& [known, ending] : endings)
    if (known == type) return ending;
  return {};
}

// What may stand in a file name, on one line.
std::string clean(std::string_view text) {
  std::string name;
  for (char c : text) {
    bool is_unfit = static_cast<unsigned char>(c) < ' ' || c == '/' || c == '\\' || c == '\x7F';
    name += is_unfit ? ' ' : c;
  }
  auto prefix = utf8_prefix(name, name_bytes_max);
  auto first = prefix.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(prefix.substr(first, prefix.find_last_not_of(' ') - first + 1));
}

}  // namespace

PageFile make_page_file(const Fetched& fetched, const WebUrl& url, std::string_view title) {
  auto path = url.path();
  auto last = clean(path.substr(path.rfind('/') + 1));
  auto ending = ending_of(fetched.content_type);
  bool is_page = ending == ".html";
  auto name = is_page && !title.empty() ? clean(title) : last;
  if (name.empty()) name = std::string(url.host());
  if (!ending.empty() && !name.ends_with(ending)) name += ending;
  return {.name = std::move(name)};
}

std::string with_source(const std::string& metadata, const WebUrl& url) {
  auto value = json::parse(metadata);
  json::Object object = value && value->is_object() ? value->get_object() : json::Object();
  object["source_url"] = url.text();
  return json::to_text(object);
}

}  // namespace aiva::crawl
