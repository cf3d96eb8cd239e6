#pragma once

#include "capabilities/search/search.h"
#include "foundation/json_writer.h"

namespace aiva::http {

struct SearchAnswerForm {
  search::SearchType type = search::SearchType::hybrid;
  bool is_explained = false;  // hits list the words that found them
};

// Writes the answer to a search as one JSON value.
void write_search_answer(JsonWriter& writer, const search::SearchAnswer& answer,
                         SearchAnswerForm form);

}  // namespace aiva::http
