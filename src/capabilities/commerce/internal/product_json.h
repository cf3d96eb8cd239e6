#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ports/storefront.h"

namespace aiva::commerce {

// The parts of products as columns hold them. What cannot be read is an empty list.
std::string texts_to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_from_json(std::string_view text);
std::string collections_to_json(const std::vector<StoreCollection>& collections);
std::vector<StoreCollection> collections_from_json(std::string_view text);
std::string options_to_json(const std::vector<ChosenOption>& options);
std::vector<ChosenOption> options_from_json(std::string_view text);
std::string metafields_to_json(const std::vector<Metafield>& metafields);
std::vector<Metafield> metafields_from_json(std::string_view text);
std::string states_to_json(const std::vector<ProductState>& states);
std::vector<ProductState> states_from_json(std::string_view text);
std::string identity_to_json(const StoreIdentity& identity);
StoreIdentity identity_from_json(std::string_view text);

}  // namespace aiva::commerce
