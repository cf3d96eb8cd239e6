#include "faces/http/endpoints/console.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;
using testing::TestServer;

class ConsoleRoutes : public ::testing::Test {
 protected:
  ~ConsoleRoutes() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) {
    auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void build() {
    write("index.html", "<p>AIVA_NONCE</p><script nonce=\"AIVA_NONCE\" src=\"/a.js\"></script>");
    write("assets/page-1a2b.js", "plain");
    write("assets/page-1a2b.js.br", "brotli");
    write("assets/page-1a2b.js.gz", "gzip");
    write("icon.svg", "<svg/>");
    write("notes.txt", "not served");
  }
  void start() { server_.emplace(console_routes(folder_)); }
  auto get(std::string target, std::vector<std::string> headers = {}) {
    return server_->send({.target = std::move(target), .headers = std::move(headers)});
  }

  fs::path folder_ = fs::temp_directory_path() / ("aiva-console-" + random_token(8));
  std::optional<TestServer> server_;
};

TEST_F(ConsoleRoutes, answer_the_page_for_every_path_of_it) {
  build();
  start();

  for (const char* target : {"/console", "/console/", "/console/agents/1/versions", "/console/a.b",
                             "/console/notes.txt", "/console/%2e%2e/etc/passwd"}) {
    auto answer = get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8") << target;
    EXPECT_EQ(answer.header("Cache-Control"), "no-cache") << target;
    EXPECT_TRUE(answer.body.starts_with("<p>")) << target;
  }
}

TEST_F(ConsoleRoutes, give_every_page_a_nonce_of_its_own) {
  build();
  start();

  auto first = get("/console");
  auto second = get("/console");

  EXPECT_NE(first.body, second.body);
  EXPECT_EQ(first.body.find("AIVA_NONCE"), std::string::npos);
  auto nonce = first.body.substr(3, first.body.find("</p>") - 3);
  EXPECT_GE(nonce.size(), 24U);
  EXPECT_NE(first.body.find("nonce=\"" + nonce + "\""), std::string::npos);
  std::string policy(first.header("Content-Security-Policy"));
  EXPECT_EQ(policy, console_policy(nonce));
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST_F(ConsoleRoutes, send_files_as_they_were_compressed) {
  build();
  start();

  auto plain = get("/console/assets/page-1a2b.js");
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(plain.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(plain.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");

  auto zipped = get("/console/assets/page-1a2b.js", {"Accept-Encoding: gzip"});
  EXPECT_EQ(zipped.body, "gzip");
  EXPECT_EQ(zipped.header("Content-Encoding"), "gzip");

  auto small = get("/console/assets/page-1a2b.js", {"Accept-Encoding: gzip, br"});
  EXPECT_EQ(small.body, "brotli");
  EXPECT_EQ(small.header("Content-Encoding"), "br");

  auto refused = get("/console/assets/page-1a2b.js", {"Accept-Encoding: br;q=0, gzip;q=0"});
  EXPECT_EQ(refused.body, "plain");
  auto icon = get("/console/icon.svg", {"Accept-Encoding: gzip, br"});
  EXPECT_EQ(icon.body, "<svg/>");
  EXPECT_EQ(icon.header("Content-Type"), "image/svg+xml");
  EXPECT_EQ(icon.header("Cache-Control"), "public, max-age=3600");
}

TEST_F(ConsoleRoutes, have_no_page_where_a_file_was) {
  build();
  start();

  EXPECT_EQ(get("/console/assets/page-0000.js").status, 404);
  EXPECT_EQ(get("/console/assets/page-1a2b.js.br").status, 404);
}

TEST_F(ConsoleRoutes, are_where_the_root_leads) {
  build();
  start();

  auto answer = get("/");

  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.header("Location"), "/console");
}

TEST_F(ConsoleRoutes, say_that_there_is_no_console) {
  start();

  EXPECT_EQ(get("/console").status, 404);
  EXPECT_EQ(get("/console/agents").status, 404);
  EXPECT_EQ(get("/").header("Location"), "/docs");
}

TEST_F(ConsoleRoutes, say_that_there_is_none_where_its_page_is_a_folder) {
  fs::create_directories(folder_ / "index.html");
  start();

  EXPECT_EQ(get("/console").status, 404);
}

}  // namespace
}  // namespace aiva::http
