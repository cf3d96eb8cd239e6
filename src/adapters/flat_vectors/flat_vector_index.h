#pragma once

#include <cstddef>
#include <memory>

#include "ports/vector_index.h"

namespace aiva {

struct FlatVectorOptions {
  std::size_t bytes_max = 2UL * 1024 * 1024 * 1024;  // of all knowledge bases together
};

// A vector index that compares a query with every vector of its knowledge base, exactly, in this
// process. A search takes no lock while it computes and sees one version from its start to its end.
// When the vectors outgrow `bytes_max`, the knowledge bases searched longest ago are dropped; one
// that alone is larger fails with `too_large` and is not loaded. Queries are made unit length; one
// without a direction is `invalid`.
std::unique_ptr<VectorIndex> make_flat_vector_index(const FlatVectorOptions& options);

}  // namespace aiva
