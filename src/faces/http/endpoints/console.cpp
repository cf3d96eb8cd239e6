#include "faces/http/endpoints/console.h"

#include <array>
#include <memory>

#include "faces/http/endpoints/built_files.h"
#include "foundation/crypto.h"
#include "foundation/read_file.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page_name = "index.html";
constexpr std::string_view nonce_place = "AIVA_NONCE";  // console/vite.config.ts
constexpr std::size_t nonce_bytes = 18;
constexpr std::size_t page_bytes_max = 1024UL * 1024;

// Nothing else of the folder is served.
constexpr std::array file_types = {
    FileType{".js", "text/javascript; charset=utf-8"},
    FileType{".css", "text/css; charset=utf-8"},
    FileType{".svg", "image/svg+xml"},
    FileType{".png", "image/png"},
    FileType{".webp", "image/webp"},
    FileType{".woff2", "font/woff2"},
    FileType{".wasm", "application/wasm"},
    FileType{".json", "application/json"},
};

struct Console {
  std::string page;  // empty: there is no console
  BuiltFiles files;
};

std::shared_ptr<const Console> read_console(const fs::path& folder) {
  return std::make_shared<const Console>(  // shared by the handlers
      Console{.page = read_file(folder / page_name, page_bytes_max).value_or(""),
              .files = BuiltFiles(folder, file_types)});
}

Response redirect(std::string_view location) {
  Response response{.status = 302};
  response.headers.push_back({"Location", std::string(location)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

// The page with a nonce that no other answer has.
Result<Response> answer_page(const Console& console) {
  if (console.page.empty())
    return fail(ErrorCode::not_found, "The console is not installed with this program");
  auto nonce = random_token(nonce_bytes);
  std::string page;
  page.reserve(console.page.size() + 256);
  std::string_view rest = console.page;
  for (auto at = rest.find(nonce_place); at != std::string_view::npos;
       at = rest.find(nonce_place)) {
    page.append(rest.substr(0, at)).append(nonce);
    rest.remove_prefix(at + nonce_place.size());
  }
  page.append(rest);
  auto response = text_response(200, "text/html; charset=utf-8", std::move(page));
  response.headers.push_back({"Content-Security-Policy", console_policy(nonce)});
  response.headers.push_back({"Cache-Control", "no-cache"});
  return response;
}

// Files below assets/ have a hash of their content in their names: what a name stands for never
// changes.
std::string_view lifetime_of(std::string_view name) {
  return name.starts_with("assets/") ? "public, max-age=31536000, immutable"
                                     : "public, max-age=3600";
}

Task<Result<Response>> answer_path(const Console& console, const Request& request) {
  auto name = request.parameter("path");
  if (!console.page.empty()) {
    auto file = console.files.answer(name, request.header("Accept-Encoding"), lifetime_of(name));
    if (file) co_return std::move(*file);
  }
  // A browser with a page of an older build asks for files that are gone: it must not get a page.
  if (name.starts_with("assets/")) co_return fail(ErrorCode::not_found, "There is no such file");
  co_return answer_page(console);
}

Task<Result<Response>> answer_root(const Console& console) {
  co_return redirect(console.page.empty() ? "/docs" : "/console");
}

Task<Result<Response>> answer_front(const Console& console) { co_return answer_page(console); }

}  // namespace

std::string console_policy(std::string_view nonce) {
  std::string policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-";
  policy.append(nonce).append("'; ");
  return policy +
         "img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; "
         "connect-src 'self'; worker-src 'self' blob:; frame-src 'self' blob:; "
         "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

std::vector<Route> console_routes(const fs::path& folder) {
  auto console = read_console(folder);
  const RouteOptions options{.body = BodyKind::none, .rate = RateClass::none};
  Handler root = [console](CallContext, Request&) { return answer_root(*console); };
  Handler front = [console](CallContext, Request&) { return answer_front(*console); };
  Handler path = [console](CallContext, Request& request) {
    return answer_path(*console, request);
  };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/", Right::anyone(), std::move(root), options});
  routes.push_back({Method::get, "/console", Right::anyone(), std::move(front), options});
  routes.push_back({Method::get, "/console/*path", Right::anyone(), std::move(path), options});
  return routes;
}

}  // namespace aiva::http
