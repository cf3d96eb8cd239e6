#include "capabilities/crawl/types.h"

namespace aiva::crawl {

std::string_view to_string(CrawlState state) {
  switch (state) {
    case CrawlState::queued: return "queued";
    case CrawlState::running: return "running";
    case CrawlState::completed: return "completed";
    case CrawlState::failed: return "failed";
    case CrawlState::cancelled: return "cancelled";
  }
  return "failed";
}

std::optional<CrawlState> parse_crawl_state(std::string_view text) {
  for (auto state : {CrawlState::queued, CrawlState::running, CrawlState::completed,
                     CrawlState::failed, CrawlState::cancelled})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

bool is_final(CrawlState state) {
  switch (state) {
    case CrawlState::queued:
    case CrawlState::running: return false;
    case CrawlState::completed:
    case CrawlState::failed:
    case CrawlState::cancelled: return true;
  }
  return true;
}

}  // namespace aiva::crawl
