#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/search/search.h"
#include "foundation/time.h"

namespace aiva::search {

inline constexpr std::size_t shared_answer_bytes_max = 64UL * 1024;

// An answer as it is kept outside of this process. Its hits have the ids of their chunks and the
// explanation of their place, nothing of the documents.
struct SharedAnswer {
  std::string query;
  std::vector<float> vector{};  // of the query, of unit length; may be empty
  UnixMs made_at = 0;
  SearchAnswer answer{};
};

std::string write_shared_answer(const SharedAnswer& shared);

// Nothing when the text is not what write_shared_answer() could have written.
std::optional<SharedAnswer> read_shared_answer(std::string_view text);

}  // namespace aiva::search
