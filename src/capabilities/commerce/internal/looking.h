#pragma once

#include <cstddef>
#include <vector>

#include "capabilities/commerce/internal/candidates.h"
#include "capabilities/commerce/internal/product_rows.h"
#include "capabilities/commerce/internal/shelf_view.h"
#include "capabilities/commerce/internal/spelling.h"
#include "capabilities/commerce/internal/text_lists.h"
#include "capabilities/commerce/product_search.h"

namespace aiva::commerce {

// What one search has come to know.
struct Looking {
  ProductQuery query{};
  std::vector<KnowledgeBaseId> bases{};  // that have a store
  std::vector<StoreVersion> versions{};
  std::vector<ShelfView> views{};
  std::vector<std::string> strange{};  // words of the text that the shelves lack
  Understood understood{};
  TextLists texts{};
  TextLists all_texts{};  // without the filter, for facets
  std::vector<PictureFind> pictures{};
  std::vector<Candidate> page{};
  ProductAnswer answer{};

  [[nodiscard]] bool has_text() const {
    return query.text.find_first_not_of(" \t\r\n") != std::string::npos;
  }
  [[nodiscard]] bool has_picture() const { return query.picture || query.like; }
  [[nodiscard]] bool compares() const { return has_text() || has_picture(); }
  [[nodiscard]] bool is_filtered() const { return query.filter != ProductFilter{}; }
  // What was found by a mere word or is the nearest of what is far does not count.
  [[nodiscard]] bool keeps_near_only() const {
    return query.only_near || query.sort != ProductSort::relevance;
  }
  [[nodiscard]] std::size_t page_end() const {
    return static_cast<std::size_t>(query.offset) + static_cast<std::size_t>(query.limit);
  }
};

// Ranks what was found, filters, counts and cuts the page out: total, facets and page. Takes
// milliseconds of computing.
void arrange(Looking& looking);

}  // namespace aiva::commerce
