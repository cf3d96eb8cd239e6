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
};

// GET /openapi.json, /docs (Swagger UI, or a plain list of the API where its files are missing) and
// /docs/assets/:name.
std::vector<Route> docs_routes(DocsParts parts);

}  // namespace aiva::http
