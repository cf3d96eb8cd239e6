#include "faces/http/endpoints/docs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;
using testing::TestServer;

constexpr std::string_view contract =
    R"({"openapi":"3.1.0","paths":{"/a<b>":{"get":{"summary":"Lists & more"},"parameters":[]}}})";

class DocsRoutes : public ::testing::Test {
 protected:
  ~DocsRoutes() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void bring_swagger() {
    write("swagger/swagger-ui-bundle.js", "script");
    write("swagger/swagger-ui.css", "style");
    write("swagger/secret.txt", "secret");
  }
  void build_guides() {
    write("docs/index.html", "all guides");
    write("docs/guides/calls.html", "calls");
    write("docs/guides/calls.html.gz", "calls, gzip");
    write("docs/assets/page-1a2b.js", "script of the guides");
    write("docs/assets/search-1a2b.json", "[]");
    write("docs/notes.txt", "not served");
  }
  void start() {
    server_.emplace(docs_routes({.openapi_json = std::string(contract),
                                 .swagger_folder = folder_ / "swagger",
                                 .guides_folder = folder_ / "docs"}));
  }
  auto get(std::string target, std::vector<std::string> headers = {}) {
    return server_->send({.target = std::move(target), .headers = std::move(headers)});
  }

  fs::path folder_ = fs::temp_directory_path() / ("aiva-docs-" + random_token(9));
  std::optional<TestServer> server_;
};

TEST_F(DocsRoutes, show_swagger_ui_with_its_own_files_only) {
  bring_swagger();
  start();

  auto page = get("/docs/api");
  auto script = get("/docs/assets/swagger-ui-bundle.js");

  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page.header("Content-Security-Policy").find("script-src 'self'"), std::string::npos);
  EXPECT_NE(page.body.find("/docs/assets/swagger-ui-bundle.js"), std::string::npos);
  EXPECT_EQ(script.body, "script");
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("Cache-Control"), "public, max-age=86400");
  auto again = get("/docs/assets/swagger-ui-bundle.js",
                   {"If-None-Match: " + std::string(script.header("ETag"))});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(get("/docs/assets/start.js").status, 200);
  EXPECT_EQ(get("/docs/assets/secret.txt").status, 404);
  EXPECT_EQ(get("/docs/assets/..%2fsecret.txt").status, 400);
}

TEST_F(DocsRoutes, list_the_api_plainly_without_swagger_ui) {
  start();

  auto page = get("/docs/api");

  EXPECT_NE(page.body.find("<td>GET</td><td><code>/a&lt;b&gt;</code></td><td>Lists &amp; more"),
            std::string::npos)
      << page.body;
  EXPECT_EQ(get("/docs/assets/swagger-ui.css").status, 404);
}

TEST_F(DocsRoutes, show_the_guides_as_they_were_built) {
  build_guides();
  start();

  auto index = get("/docs");
  auto guide = get("/docs/guides/calls");
  auto zipped = get("/docs/guides/calls", {"Accept-Encoding: gzip"});

  EXPECT_EQ(index.body, "all guides");
  EXPECT_EQ(guide.body, "calls");
  EXPECT_EQ(zipped.body, "calls, gzip");
  EXPECT_EQ(zipped.header("Content-Encoding"), "gzip");
  for (const auto& page : {index, guide, zipped}) {
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.header("Cache-Control"), "no-cache");
    std::string policy(page.header("Content-Security-Policy"));
    EXPECT_TRUE(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  }
  EXPECT_EQ(get("/docs/api").body.find("all guides"), std::string::npos);
}

TEST_F(DocsRoutes, let_browsers_keep_the_files_of_the_guides) {
  build_guides();
  start();

  auto script = get("/docs/assets/page-1a2b.js");
  auto words = get("/docs/assets/search-1a2b.json");

  EXPECT_EQ(script.body, "script of the guides");
  EXPECT_EQ(script.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(words.header("Content-Type"), "application/json");
}

TEST_F(DocsRoutes, have_only_what_was_built) {
  build_guides();
  start();

  EXPECT_EQ(get("/docs/guides/nothing").status, 404);
  EXPECT_EQ(get("/docs/guides/calls.html").status, 404);
  EXPECT_EQ(get("/docs/guides/..%2findex").status, 400);
  EXPECT_EQ(get("/docs/notes.txt").status, 404);
  EXPECT_EQ(get("/docs/assets/page-0000.js").status, 404);
}

TEST_F(DocsRoutes, show_the_api_where_no_guides_were_built) {
  bring_swagger();
  start();

  EXPECT_EQ(get("/docs").body, get("/docs/api").body);
  EXPECT_EQ(get("/docs/guides/calls").status, 404);
}

TEST_F(DocsRoutes, hand_out_the_contract) {
  start();

  auto first = get("/openapi.json");
  auto again = get("/openapi.json", {"If-None-Match: " + std::string(first.header("ETag"))});

  EXPECT_EQ(first.body, contract);
  EXPECT_EQ(first.header("Content-Type"), "application/json");
  EXPECT_EQ(again.status, 304);
}

}  // namespace
}  // namespace aiva::http
