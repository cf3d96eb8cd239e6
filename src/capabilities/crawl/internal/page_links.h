#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/crawl/internal/web_url.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/document_reader.h"

namespace aiva::crawl {

// What an HTML page says about itself and where it points.
struct PageLinks {
  std::string title{};
  std::vector<WebUrl> links{};  // resolved, each once
  std::optional<WebUrl> canonical{};
  bool may_be_kept = true;      // no robots meta "noindex"
  bool may_be_followed = true;  // no "nofollow"
};

// Reads an HTML page in the reader's sandbox; `reader` is borrowed.
Task<Result<PageLinks>> read_page_links(CallContext context, DocumentReader& reader,
                                        std::filesystem::path file, WebUrl url);

// The list of addresses a reader delivers of an HTML page (text/uri-list with notes).
PageLinks parse_page_links(std::string_view list, const WebUrl& url);

}  // namespace aiva::crawl
