#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/pdf/pdfium.h"

namespace aiva::documents {

// Knows which texts of which pages the document itself lists as headings.
class Outline {
 public:
  Outline() = default;
  explicit Outline(const std::vector<OutlineEntry>& entries);

  // The level (1…6) of the heading that reads `text` on `page`; numbering may differ.
  [[nodiscard]] std::optional<int> level_of(std::string_view text, int page) const;
  // Whether it lists `text`, on whatever page.
  [[nodiscard]] bool knows(std::string_view text) const;
  // Whether `text` is the heading, or the beginning of a long one, of a page before `page` and of
  // none near it: what stands so at the edge of a page repeats what it belongs to.
  [[nodiscard]] bool is_of_earlier_page(std::string_view text, int page) const;
  // Whether it lists so much that what it does not list is hardly a heading.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  struct Place {
    int page = 0;
    int level = 1;
  };
  std::multimap<std::string, Place> places_;
  bool is_complete_ = false;
};

}  // namespace aiva::documents
