#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"

namespace aiva::crawl {

using CrawlId = Id<struct CrawlTag>;

enum class CrawlState { queued, running, completed, failed, cancelled };

std::string_view to_string(CrawlState state);
std::optional<CrawlState> parse_crawl_state(std::string_view text);
// Whether nothing more happens by itself.
bool is_final(CrawlState state);

// What of a site is wanted.
struct CrawlRequest {
  std::string url;
  int max_depth = 2;            // links away from the start, 0…5; sitemaps count as one
  int max_pages = 20;           // 1…1000
  std::string metadata = "{}";  // JSON object that every page's document gets
};

// A page that could not be had or was left out, and why.
struct PageNote {
  std::string url;
  std::string reason;
};

struct Crawl {
  CrawlId id{};
  TenantId tenant{};
  KnowledgeBaseId knowledge_base{};
  std::string url;
  int max_depth = 2;
  int max_pages = 20;
  std::string metadata = "{}";
  CrawlState state = CrawlState::queued;
  std::string error_message{};
  std::int64_t pages_found = 0;    // addresses of the site, sitemaps not counted
  std::int64_t pages_fetched = 0;  // that became documents or were documents already
  std::int64_t pages_failed = 0;
  std::int64_t pages_skipped = 0;  // robots.txt, another kind of file, the same content
  std::vector<PageNote> notes{};   // of failed and skipped pages, the first hundred
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// What an address answers.
struct UrlReport {
  std::string url;
  std::string final_url{};  // after redirects
  bool is_reachable = false;
  int status = 0;
  std::string content_type{};
  std::string title{};
  std::int64_t size_bytes = 0;
  bool is_size_exact = true;  // false: it is larger than was looked at
  bool is_allowed_by_robots = true;
  bool is_readable = false;  // its kind can become a document
  std::string error{};       // why it is not reachable
};

}  // namespace aiva::crawl
