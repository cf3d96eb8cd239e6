#include "faces/http/endpoints/console.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <system_error>

#include "faces/http/header_text.h"
#include "foundation/crypto.h"
#include "foundation/read_file.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page_name = "index.html";
constexpr std::string_view nonce_place = "AIVA_NONCE";  // console/vite.config.ts
constexpr std::size_t nonce_bytes = 18;
constexpr std::size_t files_max = 2000;
constexpr std::size_t page_bytes_max = 1024UL * 1024;

struct FileType {
  std::string_view extension;
  std::string_view content_type;
};

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

struct ConsoleFile {
  std::string_view content_type;
  bool has_brotli = false;  // beside it, with the ending .br
  bool has_gzip = false;    // .gz
};

struct Console {
  fs::path folder;
  std::string page;                                         // empty: there is no console
  std::map<std::string, ConsoleFile, std::less<>> files{};  // by path below the folder
};

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

void add_file(Console& console, const fs::path& path) {
  const auto* type = std::ranges::find(file_types, path.extension().string(), &FileType::extension);
  if (type == file_types.end()) return;
  console.files.emplace(path.lexically_relative(console.folder).generic_string(),
                        ConsoleFile{.content_type = type->content_type,
                                    .has_brotli = is_file(path.string() + ".br"),
                                    .has_gzip = is_file(path.string() + ".gz")});
}

std::shared_ptr<const Console> read_console(const fs::path& folder) {
  auto console = std::make_shared<Console>();  // shared by the handlers
  console->folder = folder;
  console->page = read_file(folder / page_name, page_bytes_max).value_or("");
  if (console->page.empty()) return console;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (console->files.size() == files_max) break;
    if (is_file(entries->path())) add_file(*console, entries->path());
  }
  return console;
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
Response answer_file(const Console& console, std::string_view name, const ConsoleFile& file,
                     std::string_view accepted) {
  auto path = (console.folder / name).string();
  std::string_view coding;
  if (file.has_brotli && accepts_coding(accepted, "br"))
    coding = "br";
  else if (file.has_gzip && accepts_coding(accepted, "gzip"))
    coding = "gzip";
  if (!coding.empty()) path += coding == "br" ? ".br" : ".gz";
  auto response = file_response(std::move(path), std::string(file.content_type));
  auto& headers = response.headers;
  if (!coding.empty()) headers.push_back({"Content-Encoding", std::string(coding)});
  if (file.has_brotli || file.has_gzip) headers.push_back({"Vary", "Accept-Encoding"});
  bool is_hashed = name.starts_with("assets/");
  headers.push_back({"Cache-Control",
                     is_hashed ? "public, max-age=31536000, immutable" : "public, max-age=3600"});
  return response;
}

Task<Result<Response>> answer_path(const Console& console, const Request& request) {
  auto name = request.parameter("path");
  auto file = console.files.find(name);
  if (file != console.files.end())
    co_return answer_file(console, name, file->second, request.header("Accept-Encoding"));
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
