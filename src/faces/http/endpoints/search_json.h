#pragma once

#include <optional>
#include <string>

#include "capabilities/commerce/product_search.h"
#include "capabilities/images/types.h"
#include "capabilities/search/search.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// What the parts of a search found.
struct Findings {
  std::optional<search::SearchAnswer> passages{};
  std::optional<images::ImageAnswer> images{};
  std::optional<commerce::ProductAnswer> products{};
  std::string images_warning{};  // why images were not looked for although they were wanted
  std::string products_warning{};
};

struct SearchAnswerForm {
  search::SearchType type = search::SearchType::hybrid;
  bool is_for_products = false;  // alone; the type says nothing then
  bool is_explained = false;     // hits list the words that found them
};

// Writes the answer to a search as one JSON value.
void write_findings(JsonWriter& writer, const Findings& findings, SearchAnswerForm form);

}  // namespace aiva::http
