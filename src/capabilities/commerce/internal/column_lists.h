#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ports/storefront.h"

namespace aiva::commerce {

// How lists lie in columns of products and variants. Reading leaves out what is malformed.
std::vector<std::string> read_tags(std::string_view text);
std::vector<StoreCollection> read_collections(std::string_view text);
std::vector<Metafield> read_metafields(std::string_view text);
std::vector<ChosenOption> read_options(std::string_view text);

}  // namespace aiva::commerce
