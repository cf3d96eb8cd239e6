#include "capabilities/crawl/internal/sitemap.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

namespace aiva::crawl {
namespace {

constexpr std::size_t unpacked_bytes_max = 50UL * 1024 * 1024;
constexpr int gzip_window = 15 + 16;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<std::string> unpack(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK)
    return fail(internal_error("gzip cannot be unpacked"));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 65536> block{};
  int state = Z_OK;
  while (state == Z_OK && out.size() <= unpacked_bytes_max) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
    if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0))
      break;
  }
  inflateEnd(&stream);
  if (out.size() > unpacked_bytes_max)
    return fail(ErrorCode::too_large, "The sitemap has more than 50 MB");
  if (state != Z_STREAM_END) return fail(ErrorCode::invalid, "The sitemap is damaged");
  return out;
}

// The text of an element: entities decoded, CDATA unwrapped.
std::string plain(std::string_view text) {
  text = trim(text);
  constexpr std::string_view cdata = "<![CDATA[";
  if (text.starts_with(cdata)) {
    text.remove_prefix(cdata.size());
    return std::string(trim(text.substr(0, text.find("]]>"))));
  }
  constexpr std::array<std::pair<std::string_view, char>, 5> entities = {
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string out;
  while (!text.empty()) {
    auto found = std::ranges::find_if(
        entities, [text](const auto& entity) { return text.starts_with(entity.first); });
    if (found != entities.end()) {
      out += found->second;
      text.remove_prefix(found->first.size());
      continue;
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::vector<std::string> find_locations(std::string_view xml, std::size_t count_max) {
  std::vector<std::string> found;
  constexpr std::string_view open = "<loc";
  for (std::size_t at = 0; found.size() < count_max;) {
    at = xml.find(open, at);
    if (at == std::string_view::npos) break;
    at += open.size();
    auto begin = xml.find('>', at);
    if (begin == std::string_view::npos) break;
    if (begin != at && xml[at] != ' ' && xml[at] != '\t' && xml[at] != '\n') continue;
    auto end = xml.find("</loc", begin);
    if (end == std::string_view::npos) break;
    auto text = plain(xml.substr(begin + 1, end - begin - 1));
    if (!text.empty()) found.push_back(std::move(text));
    at = end;
  }
  return found;
}

std::vector<std::string> find_lines(std::string_view text, std::size_t count_max) {
  std::vector<std::string> found;
  while (!text.empty() && found.size() < count_max) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("http://") || line.starts_with("https://")) found.emplace_back(line);
  }
  return found;
}

}  // namespace

Result<Sitemap> read_sitemap(std::string_view bytes, std::size_t count_max) {
  std::string unpacked;
  if (bytes.starts_with("\x1F\x8B")) {
    TRY(unpacked, unpack(bytes));
    bytes = unpacked;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  Sitemap sitemap;
  if (!trim(bytes.substr(0, 1024)).starts_with('<'))
    sitemap.pages = find_lines(bytes, count_max);
  else if (bytes.find("<sitemapindex") != std::string_view::npos)
    sitemap.sitemaps = find_locations(bytes, count_max);
  else if (bytes.find("<urlset") != std::string_view::npos)
    sitemap.pages = find_locations(bytes, count_max);
  else
    return fail(ErrorCode::invalid, "This is no sitemap");
  return sitemap;
}

}  // namespace aiva::crawl
