#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "faces/http/route.h"

namespace aiva::http {

struct DocsParts {
  std::string openapi_json;  // the contract as JSON text
  std::filesystem::path
      swagger_folder;  // holds swagger-ui-bundle.js and swagger-ui.css, or nothing
  std::filesystem::path
      guides_folder{};  // holds index.html, guides/NAME.html and assets/, or nothing
};

// GET /openapi.json, /docs (the index of the guides, or the API where they were not built),
// /docs/guides/:name, /docs/api (Swagger UI, or a plain list of the API where its files are
// missing) and /docs/assets/:name. The folders are read once.
std::vector<Route> docs_routes(DocsParts parts);

}  // namespace aiva::http
