#include "capabilities/crawl/internal/page_links.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "ports/link_list.h"

namespace aiva::crawl {
namespace {

constexpr std::size_t list_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t links_max = 5000;

bool takes_note(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  return true;
}

}  // namespace

PageLinks parse_page_links(std::string_view list, const WebUrl& url) {
  PageLinks page;
  auto base = url;
  std::set<std::string> known;
  while (!list.empty() && page.links.size() < links_max) {
    auto end = std::min(list.find_first_of("\r\n"), list.size());
    auto line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (takes_note(line, "# base ")) {
      if (auto given = resolve(url, line)) base = *given;
    } else if (takes_note(line, "# canonical ")) {
      page.canonical = resolve(base, line);
    } else if (takes_note(line, "# robots ")) {
      page.may_be_kept = line.find("noindex") == std::string_view::npos &&
                         line.find("none") == std::string_view::npos;
      page.may_be_followed = line.find("nofollow") == std::string_view::npos &&
                             line.find("none") == std::string_view::npos;
    } else if (!line.empty() && line.front() != '#') {
      auto link = resolve(base, line);
      if (link && known.insert(link->text()).second) page.links.push_back(std::move(*link));
    }
  }
  return page;
}

Task<Result<PageLinks>> read_page_links(CallContext context, DocumentReader& reader,
                                        std::filesystem::path file, WebUrl url) {
  auto list = std::make_shared<std::string>();
  DocumentSink sink;
  sink.blocks = [](const std::vector<Block>&) { return Result<void>(); };
  sink.file = [list](const EmbeddedFile& embedded, std::string_view bytes, bool) -> Result<void> {
    if (embedded.media_type == link_list_media_type && list->size() < list_bytes_max)
      list->append(bytes);
    return {};
  };
  ReadRequest request{.file_name = "page.html", .wants_documents = true};
  auto reading = reader.read(context, std::move(file), std::move(request), std::move(sink));
  CO_TRY(auto summary, co_await std::move(reading));
  auto page = parse_page_links(*list, url);
  page.title = std::move(summary.title);
  co_return page;
}

}  // namespace aiva::crawl
