#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <future>
#include <sstream>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using testing::TestRequest;
using testing::TestServer;

Task<Result<Response>> describe(CallContext, Request& request) {
  auto* file = request.form->file("file");
  if (file == nullptr) co_return fail(invalid_field("file", "is required"));
  const auto* metadata = request.form->field("metadata");
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("name", file->filename).field("size", file->size);
    writer.field("sha256", file->sha256).field("metadata", metadata ? *metadata : "");
    writer.end_object();
  });
}

// Takes the file over and tells where it is now.
Task<Result<Response>> keep(CallContext, Request& request) {
  co_return text_response(200, "text/plain", request.form->files.at(0).take().string());
}

// The length of a list's file, or the JSON that came instead.
Task<Result<Response>> take_list(CallContext, Request& request) {
  if (!request.form) co_return text_response(200, "text/plain", request.body);
  const auto& file = request.form->files.at(0);
  std::stringstream text;
  text << std::ifstream(file.path()).rdbuf();
  bool is_whole = file.sha256 == to_hex(sha256(text.str())) && file.size == text.str().size();
  co_return text_response(200, "text/plain", is_whole ? std::to_string(file.size) : "broken");
}

std::vector<Route> routes() {
  RouteOptions options{.body = BodyKind::multipart, .body_bytes_max = 64 * 1024};
  RouteOptions small = options;
  small.file_bytes_max = 1000;
  std::vector<Route> table;
  table.push_back({Method::post, "/upload", Right::anyone(), describe, options});
  table.push_back({Method::post, "/keep", Right::anyone(), keep, options});
  table.push_back({Method::post, "/small", Right::anyone(), describe, small});
  RouteOptions list{
      .body = BodyKind::json_or_multipart, .body_bytes_max = 100, .file_bytes_max = 200'000};
  table.push_back({Method::post, "/list", Right::anyone(), take_list, list});
  RouteOptions text{.body = BodyKind::text, .body_bytes_max = 1'000'000};
  table.push_back({Method::post, "/text", Right::anyone(), take_list, text});
  table.push_back({Method::post, "/private", Right::signed_in(), describe, options});
  return table;
}

std::string form(const std::string& content) {
  return "--b1\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n"
         "--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
         "Content-Type: application/pdf\r\n\r\n" +
         content + "\r\n--b1--\r\n";
}

TestRequest upload(std::string target, std::string body) {
  return {.method = "POST",
          .target = std::move(target),
          .body = std::move(body),
          .content_type = "multipart/form-data; boundary=b1"};
}

TEST(Uploads, arrive_whole_with_their_digest) {
  TestServer server(routes());
  std::string content(300'000, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});

  auto response = server.send(upload("/upload", form(content)));

  EXPECT_EQ(response.status, 200) << response.body;
  auto data = json::parse(response.body)->at("data");
  EXPECT_EQ(data.at("name").as_string(), "a.pdf");
  EXPECT_EQ(data.at("size").to_number<std::size_t>(), content.size());
  EXPECT_EQ(data.at("sha256").as_string(), to_hex(sha256(content)));
  EXPECT_EQ(data.at("metadata").as_string(), "{}");
}

TEST(Uploads, of_csv_are_files_and_of_json_are_text) {
  TestServer server(routes());
  auto send = [&server](std::string body, std::string type) {
    return server.send({.method = "POST",
                        .target = "/list",
                        .body = std::move(body),
                        .content_type = std::move(type)});
  };

  EXPECT_EQ(send(std::string(150'000, 'x'), "text/csv; charset=utf-8").body, "150000");
  EXPECT_EQ(send("{}", "application/json").body, "{}");
  EXPECT_EQ(send(std::string(200'101, 'x'), "text/csv").status, 413);
  EXPECT_EQ(send(std::string(101, ' '), "application/json").status, 413);
  EXPECT_EQ(send("x", "text/plain").status, 415);
  server.stop();
  EXPECT_EQ(server.staged_files(), 0U);
}

TEST(Uploads, delete_what_nobody_took) {
  TestServer server(routes());
  auto client = server.connect();

  client.send(upload("/upload", form("content")).text() + upload("/keep", form("kept")).text());

  ASSERT_TRUE(client.read_response());
  auto kept = client.read_response();
  ASSERT_TRUE(kept);
  std::stringstream text;
  text << std::ifstream(kept->body).rdbuf();
  EXPECT_EQ(text.str(), "kept");
  server.stop();
  EXPECT_EQ(server.staged_files(), 1U);
}

TEST(Uploads, keep_the_connection_usable) {
  TestServer server(routes());
  auto client = server.connect();
  for (int i = 0; i < 10; ++i) {
    client.send(
        upload("/upload", form(std::string(static_cast<std::size_t>(i) * 50'000, 'x'))).text());
    auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
  }
}

TEST(Uploads, are_refused_when_they_cannot_be_right) {
  TestServer server(routes());

  auto json = server.send({.method = "POST", .target = "/upload", .body = "{}"});
  auto no_boundary = upload("/upload", form("x"));
  no_boundary.content_type = "multipart/form-data";
  auto cut =
      server.send(upload("/upload", "--b1\r\nContent-Disposition: form-data; name=a\r\n\r\n"));
  auto too_large = server.send(upload("/small", form(std::string(1001, 'x'))));
  auto far_too_large = server.send(upload("/small", form(std::string(1'000'000, 'x'))));
  auto unknown = server.send(upload("/private", form("x")));
  auto wrong_field = server.send(
      upload("/upload", "--b1\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b1--\r\n"));

  EXPECT_EQ(json.status, 415);
  EXPECT_EQ(server.send(no_boundary).status, 400);
  EXPECT_EQ(cut.status, 400);
  EXPECT_EQ(too_large.status, 413);
  EXPECT_EQ(far_too_large.status, 413);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(wrong_field.status, 422);
  server.stop();
  EXPECT_EQ(server.staged_files(), 0U);
}

TEST(Uploads, leave_no_file_when_the_client_goes_away) {
  TestServer server(routes());
  {
    auto client = server.connect();
    auto text = upload("/upload", form(std::string(2'000'000, 'x'))).text();
    client.send(std::string_view(text).substr(0, text.size() - 1000));
  }

  server.stop();

  EXPECT_EQ(server.staged_files(), 0U);
}

long peak_memory_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Uploads, of_a_hundred_megabytes_need_constant_memory) {
  TestServer server(routes());
  constexpr std::size_t block_bytes = 1024 * 1024;
  constexpr int blocks = 99;
  std::string block(block_bytes, 'x');
  auto whole = form("");
  auto cut = whole.find("\r\n--b1--");
  auto client = server.connect();
  server.send(upload("/upload", form(block)));
  auto before = peak_memory_kb();

  client.send(
      "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b1\r\n"
      "Content-Length: " +
      std::to_string(whole.size() + blocks * block_bytes) + "\r\n\r\n" + whole.substr(0, cut));
  for (int i = 0; i < blocks; ++i) ASSERT_TRUE(client.send(block));
  client.send(whole.substr(cut));

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200) << response->body;
  EXPECT_NE(response->body.find(std::to_string(blocks * block_bytes)), std::string::npos);
  EXPECT_LT(peak_memory_kb() - before, 16 * 1024);
}

TEST(Uploads, may_be_chunked_and_cut_anywhere) {
  TestServer server(routes());
  auto client = server.connect();
  auto body = form(std::string(5000, 'y'));

  client.send(
      "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: multipart/form-data; boundary=b1\r\n\r\n");
  for (std::size_t at = 0; at < body.size(); at += 13) {
    auto piece = body.substr(at, 13);
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    client.send(size + piece + "\r\n");
  }
  client.send("0\r\n\r\n");

  auto response = client.read_response();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200) << response->body;
}

TEST(Uploads, take_texts_of_several_kinds_as_they_were_sent) {
  TestServer server(routes());
  std::string large(900'000, 'x');
  auto send = [&server](std::string body, std::string type) {
    return server.send({.method = "POST",
                        .target = "/text",
                        .body = std::move(body),
                        .content_type = std::move(type)});
  };

  EXPECT_EQ(send(large, "text/csv; charset=utf-8").body, large);
  EXPECT_EQ(send("[1, 2]", "application/json").body, "[1, 2]");
  EXPECT_EQ(send("{}\n{}", "application/x-ndjson").body, "{}\n{}");
  EXPECT_EQ(send("a", "application/pdf").status, 415);
  EXPECT_EQ(send(std::string(1'000'001, 'x'), "text/csv").status, 413);
}

}  // namespace
}  // namespace aiva::http
