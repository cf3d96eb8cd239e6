#include "faces/http/endpoints/docs.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "faces/http/endpoints/built_files.h"
#include "faces/http/endpoints/html_text.h"
#include "faces/http/header_text.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

struct Asset {
  std::string_view name;
  std::string_view content_type;
};

// The only files of Swagger UI that are served.
constexpr std::array assets = {
    Asset{"swagger-ui-bundle.js", "text/javascript; charset=utf-8"},
    Asset{"swagger-ui.css", "text/css; charset=utf-8"},
};

// What of the built guides is served.
constexpr std::array guide_file_types = {
    FileType{".html", "text/html; charset=utf-8"},
    FileType{".js", "text/javascript; charset=utf-8"},
    FileType{".css", "text/css; charset=utf-8"},
    FileType{".json", "application/json"},
};
constexpr std::string_view guides_index = "index.html";
constexpr std::string_view guides_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view start_script =
    "SwaggerUIBundle({url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true});\n";

constexpr std::string_view swagger_page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AIVA API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
)";

struct Docs {
  DocsParts parts;
  BuiltFiles guides;
  std::string contract_tag{};
  std::string plain_page{};
  bool has_swagger = false;
};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

void append_operation(std::string& page, std::string_view method, std::string_view path,
                      const json::Object& operation) {
  page += "<tr><td>";
  append_escaped(page, upper(method));
  page += "</td><td><code>";
  append_escaped(page, path);
  page += "</code></td><td>";
  const auto* summary = operation.if_contains("summary");
  if (summary != nullptr && summary->is_string()) append_escaped(page, summary->get_string());
  page += "</td></tr>\n";
}

// A table of all operations of the contract, readable without any script.
std::string make_plain_page(const std::string& openapi_json) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>AIVA API</title>"
      "</head><body>\n<h1>AIVA API</h1>\n<p>The contract: <a href=\"/openapi.json\">openapi.json"
      "</a></p>\n<table>\n<tr><th>Method</th><th>Path</th><th>What it does</th></tr>\n";
  auto contract = json::parse(openapi_json);
  const json::Object* root = contract ? contract->if_object() : nullptr;
  const auto* paths = root == nullptr ? nullptr : root->if_contains("paths");
  if (paths != nullptr && paths->is_object()) {
    for (const auto& [path, item] : paths->get_object()) {
      if (!item.is_object()) continue;
      for (const auto& [method, operation] : item.get_object())
        if (operation.is_object() && parse_method(upper(method)) != Method::other)
          append_operation(page, method, path, operation.get_object());
    }
  }
  return page + "</table>\n</body></html>\n";
}

Response cached(Response response, std::string_view lifetime) {
  response.headers.push_back({"Cache-Control", std::string(lifetime)});
  return response;
}

Task<Result<Response>> answer_contract(const Docs& docs, const Request& request) {
  Response response;
  if (list_contains(request.header("If-None-Match"), docs.contract_tag))
    response.status = 304;
  else
    response.body = docs.parts.openapi_json;
  response.headers.push_back({"ETag", docs.contract_tag});
  co_return cached(std::move(response), "no-cache");
}

Response api_page(const Docs& docs) {
  std::string page(docs.has_swagger ? swagger_page : docs.plain_page);
  return cached(text_response(200, "text/html; charset=utf-8", std::move(page)), "no-cache");
}

// Pages have the names of what they show: each is asked for again, to see whether it changed.
std::optional<Response> guide_page(const Docs& docs, std::string_view name,
                                   const Request& request) {
  auto page = docs.guides.answer(name, request.header("Accept-Encoding"), "no-cache");
  if (page) page->headers.push_back({"Content-Security-Policy", std::string(guides_policy)});
  return page;
}

Task<Result<Response>> answer_index(const Docs& docs, const Request& request) {
  auto page = guide_page(docs, guides_index, request);
  if (page) co_return std::move(*page);
  co_return api_page(docs);
}

Task<Result<Response>> answer_api(const Docs& docs) { co_return api_page(docs); }

Task<Result<Response>> answer_guide(const Docs& docs, const Request& request) {
  std::string name("guides/");
  name.append(request.parameter("name")).append(".html");
  auto page = guide_page(docs, name, request);
  if (page) co_return std::move(*page);
  co_return fail(ErrorCode::not_found, "There is no such guide");
}

Task<Result<Response>> answer_asset(const Docs& docs, const Request& request) {
  constexpr std::string_view lifetime = "public, max-age=86400";
  auto name = request.parameter("name");
  if (name == "start.js")
    co_return cached(
        text_response(200, "text/javascript; charset=utf-8", std::string(start_script)), lifetime);
  const auto* asset = std::ranges::find(assets, name, &Asset::name);
  if (asset != assets.end() && docs.has_swagger)
    co_return cached(
        file_response(docs.parts.swagger_folder / asset->name, std::string(asset->content_type)),
        lifetime);
  // Those of the guides carry a hash of their content in their names.
  std::string path("assets/");
  path.append(name);
  auto file = docs.guides.answer(path, request.header("Accept-Encoding"),
                                 "public, max-age=31536000, immutable");
  if (file) co_return std::move(*file);
  co_return fail(ErrorCode::not_found, "There is no such file");
}

bool has_all_assets(const std::filesystem::path& folder) {
  return std::ranges::all_of(assets, [&folder](const Asset& asset) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(folder / asset.name, ignored);
  });
}

}  // namespace

std::vector<Route> docs_routes(DocsParts parts) {
  auto docs = std::make_shared<Docs>(  // shared by the handlers
      Docs{.parts = {}, .guides = BuiltFiles(parts.guides_folder, guide_file_types)});
  docs->contract_tag = "\"" + to_hex(sha256(parts.openapi_json)).substr(0, 32) + "\"";
  docs->plain_page = make_plain_page(parts.openapi_json);
  docs->has_swagger = has_all_assets(parts.swagger_folder);
  docs->parts = std::move(parts);
  const RouteOptions options{.body = BodyKind::none, .rate = RateClass::none};
  std::vector<Route> routes;
  auto add = [&](std::string_view path, Handler handler) {
    routes.push_back({Method::get, path, Right::anyone(), std::move(handler), options});
  };
  add("/openapi.json",
      [docs](CallContext, Request& request) { return answer_contract(*docs, request); });
  add("/docs", [docs](CallContext, Request& request) { return answer_index(*docs, request); });
  add("/docs/api", [docs](CallContext, Request&) { return answer_api(*docs); });
  add("/docs/guides/:name",
      [docs](CallContext, Request& request) { return answer_guide(*docs, request); });
  add("/docs/assets/:name",
      [docs](CallContext, Request& request) { return answer_asset(*docs, request); });
  return routes;
}

}  // namespace aiva::http
