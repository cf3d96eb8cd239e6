#pragma once

#include <filesystem>
#include <string_view>

#include "capabilities/planning/types.h"
#include "foundation/result.h"

namespace aiva::app {

// config/prices.toml as it was when this program was built.
extern const char* const prices_toml;

// The prices that come with the program, with what the text (TOML) changes; a list of the text
// takes the place of a list. Fails with `invalid` and one detail for each mistake.
Result<planning::PriceTable> read_prices(std::string_view toml_text);

// The same from a file; an empty path: those of the program.
Result<planning::PriceTable> load_prices(const std::filesystem::path& file);

}  // namespace aiva::app
