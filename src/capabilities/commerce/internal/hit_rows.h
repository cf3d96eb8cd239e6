#pragma once

#include <span>
#include <string>
#include <vector>

#include "capabilities/commerce/internal/candidates.h"
#include "capabilities/commerce/product_search.h"
#include "foundation/call_context.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "retrieval/keywords/analysis.h"

namespace aiva::commerce {

// The hits of one page, in the order of the candidates, with their products, variants and images as
// the rows have them now. Products that went, or do not fit any more, are left out.
Task<Result<std::vector<ProductHit>>> fetch_hits(CallContext context, Database& database,
                                                 std::vector<Candidate> page);

// Chooses the variants of hits, the best first; a hit of which no variant fits goes.
void choose_of_variants(std::vector<ProductHit>& hits, const ProductFilter& filter,
                        std::span<const std::string> words, retrieval::Analyzer& analyzer);

// Names each hit's image: the one a picture found, else that of its best variant, else its first.
Task<Result<void>> add_images(CallContext context, Database& database,
                              std::span<const Candidate> page, std::vector<ProductHit>& hits);

}  // namespace aiva::commerce
