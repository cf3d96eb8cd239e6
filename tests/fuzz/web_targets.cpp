#include "web_targets.h"

#include <cstdlib>

#include "capabilities/crawl/internal/page_links.h"
#include "capabilities/crawl/internal/robots.h"
#include "capabilities/crawl/internal/sitemap.h"
#include "capabilities/crawl/internal/web_url.h"
#include "faces/http/testing/read_form.h"
#include "foundation/text/take_until.h"

namespace aiva::fuzz {
namespace {

constexpr std::size_t locations_max = 1000;

// An address in its normal form is read as itself.
void check(const crawl::WebUrl& url) {
  auto text = url.text();
  if (text.size() > crawl::url_bytes_max) return;
  auto again = crawl::parse_web_url(text);
  if (!again || *again != url) std::abort();
}

}  // namespace

void ask_robots(std::string_view bytes) {
  auto target = take_until(bytes, '\n');
  crawl::Robots robots(bytes, "aiva");
  (void)robots.allows(target);
  if (robots.delay() && robots.delay()->count() < 0) std::abort();
}

void read_sitemap(std::string_view bytes) {
  auto sitemap = crawl::read_sitemap(bytes, locations_max);
  if (!sitemap) return;
  if (sitemap->pages.size() + sitemap->sitemaps.size() > locations_max) std::abort();
  for (const auto& page : sitemap->pages)
    if (auto url = crawl::parse_web_url(page)) check(*url);
}

void follow_links(std::string_view bytes) {
  auto url = crawl::parse_web_url(take_until(bytes, '\n'));
  if (!url) return;
  check(*url);
  auto page = crawl::parse_page_links(bytes, *url);
  for (const auto& link : page.links) check(link);
  if (page.canonical) check(*page.canonical);
}

void upload_form(std::string_view bytes) {
  if (bytes.empty()) return;
  std::size_t piece = 1 + static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  auto whole = http::read_form(bytes, bytes.size() + 1);
  auto in_pieces = http::read_form(bytes, piece);
  if (!are_alike(whole, in_pieces)) std::abort();
}

}  // namespace aiva::fuzz
