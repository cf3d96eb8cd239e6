#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/product_search.h"
#include "foundation/result.h"

namespace aiva::commerce {

// Fails with `invalid` and every field that is wrong.
Result<void> check(const ProductQuery& query);

// The same of names of products.
Result<void> check_names(const std::vector<KnowledgeBaseId>& bases,
                         const std::vector<std::string>& names);

// The knowledge bases a query names, each once.
std::vector<KnowledgeBaseId> bases_of(const ProductQuery& query);

}  // namespace aiva::commerce
