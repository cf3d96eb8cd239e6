#include "documents/pdf/page_links.h"

#include <array>
#include <string>
#include <utility>

#include "documents/formats/table_blocks.h"

namespace aiva::documents {
namespace {

constexpr std::size_t links_max = 500;  // on one page
constexpr int annotations_max = 2000;   // looked at on one page
constexpr std::size_t target_bytes_max = 2049;

bool can_read_links(const PdfiumFunctions& f) {
  return f.FPDFLink_Enumerate != nullptr && f.FPDFLink_GetAction != nullptr &&
         f.FPDFLink_GetAnnotRect != nullptr && f.FPDFAction_GetType != nullptr &&
         f.FPDFAction_GetURIPath != nullptr;
}

// The address that a link leads to; empty where it leads elsewhere in the document.
std::string read_target(const PdfiumFunctions& pdfium, void* document, void* link) {
  void* action = pdfium.FPDFLink_GetAction(link);
  if (action == nullptr || pdfium.FPDFAction_GetType(action) != PdfiumFunctions::uri_action)
    return {};
  std::array<char, target_bytes_max> target{};
  auto bytes = pdfium.FPDFAction_GetURIPath(document, action, target.data(), target.size());
  if (bytes < 2 || bytes > target.size()) return {};
  return {target.data(), bytes - 1};
}

}  // namespace

std::vector<PlacedLink> read_page_links(const PdfiumFunctions& pdfium, void* document, void* page,
                                        const PageFrame& frame) {
  std::vector<PlacedLink> links;
  if (!can_read_links(pdfium)) return links;
  int position = 0;
  void* link = nullptr;
  for (int i = 0; i < annotations_max && links.size() < links_max; ++i) {
    if (pdfium.FPDFLink_Enumerate(page, &position, &link) == 0) break;
    auto target = link == nullptr ? std::string() : read_target(pdfium, document, link);
    if (!is_link_target(target)) continue;
    PdfiumFunctions::RectF rect{};
    if (pdfium.FPDFLink_GetAnnotRect(link, &rect) == 0) continue;
    if (rect.left > rect.right) std::swap(rect.left, rect.right);
    if (rect.bottom > rect.top) std::swap(rect.bottom, rect.top);
    if (is_near(rect)) links.push_back({.box = frame.place(rect), .target = std::move(target)});
  }
  return links;
}

}  // namespace aiva::documents
