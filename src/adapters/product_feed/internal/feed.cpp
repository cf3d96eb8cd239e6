#include "adapters/product_feed/internal/feed.h"

#include "adapters/product_feed/internal/csv_feed.h"
#include "adapters/product_feed/internal/json_feed.h"
#include "foundation/crypto.h"

namespace aiva::product_feed {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t hash_bytes = 16;

}  // namespace

std::string hash_of(std::string_view content) {
  auto digest = sha256(content);
  return to_hex(std::span(digest).first(hash_bytes));
}

Result<Feed> read_feed(std::string_view content, const FeedLimits& limits) {
  if (content.size() > limits.bytes_max)
    return fail(ErrorCode::too_large,
                "The feed has more than " + std::to_string(limits.bytes_max) + " bytes");
  auto text = content;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  auto first = text.find_first_not_of(" \t\r\n");
  bool is_json = first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
  auto feed = is_json ? read_json_feed(text, limits) : read_csv_feed(text, limits);
  if (feed) feed->hash = hash_of(content);
  return feed;
}

}  // namespace aiva::product_feed
