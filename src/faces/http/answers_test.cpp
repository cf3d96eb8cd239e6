#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <stdexcept>

#include "faces/http/testing/test_server.h"

namespace aiva::http {
namespace {

using identity::Permission;
using identity::Principal;
using testing::TestRequest;
using testing::TestServer;

Handler failing_with(Error error) {
  return [error](CallContext, Request&) -> Task<Result<Response>> {
    return [](Error mine) -> Task<Result<Response>> { co_return fail(std::move(mine)); }(error);
  };
}

Task<Result<Response>> throwing(CallContext, Request&) {
  throw std::runtime_error("the secret cause");
  co_return Response{};
}

struct ErrorCase {
  Error error;
  int status;
  const char* name;
};

const std::vector<ErrorCase>& error_cases() {
  static const std::vector<ErrorCase> cases = {
      {{.code = ErrorCode::invalid, .message = "m"}, 400, "invalid"},
      {invalid_field("a.b", "is odd"), 422, "invalid"},
      {{.code = ErrorCode::unauthenticated, .message = "m"}, 401, "unauthenticated"},
      {{.code = ErrorCode::forbidden, .message = "m"}, 403, "forbidden"},
      {{.code = ErrorCode::not_found, .message = "m"}, 404, "not_found"},
      {{.code = ErrorCode::conflict, .message = "m"}, 409, "conflict"},
      {{.code = ErrorCode::too_large, .message = "m"}, 413, "too_large"},
      {{.code = ErrorCode::quota_exceeded, .message = "m"}, 402, "quota_exceeded"},
      {{.code = ErrorCode::rate_limited, .message = "m", .retry_after_s = 7}, 429, "rate_limited"},
      {{.code = ErrorCode::unavailable, .message = "m"}, 503, "unavailable"},
      {{.code = ErrorCode::timeout, .message = "m"}, 504, "timeout"},
      {{.code = ErrorCode::cancelled, .message = "m"}, 499, "cancelled"},
      {internal_error("the secret cause"), 500, "internal"},
  };
  return cases;
}

TEST(ErrorAnswers, follow_the_table) {
  for (const auto& c : error_cases()) {
    std::vector<Route> routes;
    routes.push_back({Method::get, "/fail", Right::anyone(), failing_with(c.error)});
    TestServer server(std::move(routes));

    auto response = server.send({.target = "/fail", .headers = {"X-Request-Id: my-id"}});

    EXPECT_EQ(response.status, c.status) << c.name;
    auto body = json::parse(response.body);
    ASSERT_TRUE(body) << response.body;
    EXPECT_FALSE(body->at("success").as_bool());
    EXPECT_EQ(body->at("error").at("code").as_string(), c.name);
    EXPECT_EQ(body->at("error").at("request_id").as_string(), "my-id");
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(response.header("WWW-Authenticate").empty(), c.status != 401);
    EXPECT_EQ(response.header("Retry-After"), c.status == 429 ? "7" : c.status == 503 ? "1" : "");
    if (c.status == 422)
      EXPECT_EQ(json::to_text(body->at("error").at("details")),
                R"([{"field":"a.b","message":"is odd"}])");
  }
}

TEST(ErrorAnswers, hide_what_an_exception_says) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/throw", Right::anyone(), throwing});
  TestServer server(std::move(routes));
  auto client = server.connect();

  client.send(TestRequest{.target = "/throw"}.text() + TestRequest{.target = "/throw"}.text());

  for (int i = 0; i < 2; ++i) {
    auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_EQ(response->body.find("secret"), std::string::npos);
  }
}

Task<Result<Response>> parse_json(CallContext, Request& request) {
  CO_TRY(auto value, request.json());
  json::Fields fields(value);
  auto name = fields.text("name", {.length_min = 1});
  fields.integer("count", 1, 1, 10);
  CO_TRY_VOID(fields.finish());
  co_return done_response();
}

TEST(JsonBodies, are_refused_with_position_or_fields) {
  std::vector<Route> routes;
  routes.push_back({Method::post, "/parse", Right::anyone(), parse_json});
  TestServer server(std::move(routes));

  auto malformed = server.send({.method = "POST", .target = "/parse", .body = "{\"a\": x}"});
  auto wrong = server.send({.method = "POST", .target = "/parse", .body = R"({"count":11})"});
  auto no_utf8 = server.send({.method = "POST", .target = "/parse", .body = "{\"name\":\"\xff\"}"});
  auto missing = server.send({.method = "POST", .target = "/parse"});

  EXPECT_EQ(malformed.status, 400);
  EXPECT_NE(malformed.body.find("byte 6"), std::string::npos) << malformed.body;
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find(R"({"field":"name","message":"is required"})"), std::string::npos);
  EXPECT_NE(wrong.body.find(R"("field":"count")"), std::string::npos);
  EXPECT_EQ(no_utf8.status, 400);
  EXPECT_EQ(missing.status, 400);
}

Task<Result<Response>> who(CallContext context, Request& request) {
  co_return ok_response([&](JsonWriter& writer) {
    writer.begin_object().field("tenant", context.tenant).field("user", context.user);
    writer.field("is_signed_in", request.is_signed_in()).end_object();
  });
}

class Access : public ::testing::Test {
 protected:
  static std::vector<Route> routes() {
    std::vector<Route> table;
    table.push_back({Method::get, "/open", Right::anyone(), who});
    table.push_back({Method::get, "/mine", Right::signed_in(), who});
    table.push_back({Method::get, "/keys", Right::needs(Permission::keys_manage), who});
    table.push_back({Method::get, "/t/:tenantId", Right::signed_in(), who});
    return table;
  }
  Access() {
    server.authenticator.add("user", {.tenant = home, .user = UserId::make()});
    server.authenticator.add(
        "admin",
        {.tenant = home, .user = UserId::make(), .permissions = {Permission::keys_manage}});
    server.authenticator.add(
        "super",
        {.tenant = home, .user = UserId::make(), .permissions = {Permission::tenants_manage}});
  }
  testing::RawResponse get(std::string target, std::string header = {}) {
    TestRequest request{.target = std::move(target)};
    if (!header.empty()) request.headers.push_back(std::move(header));
    return server.send(request);
  }

  TestServer server{routes()};
  TenantId home = TenantId::make();
  TenantId other = TenantId::make();
};

TEST_F(Access, needs_valid_credentials_where_the_route_says_so) {
  auto none = get("/mine");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("WWW-Authenticate"), R"(Bearer realm="aiva")");
  EXPECT_EQ(get("/mine", "Authorization: Bearer wrong").status, 401);
  EXPECT_EQ(get("/mine", "Authorization: Basic user").status, 401);
  EXPECT_EQ(get("/mine", "Authorization: Bearer").status, 401);
  EXPECT_EQ(get("/mine", "Authorization: bEARER user").status, 200);
  EXPECT_EQ(get("/mine", "X-API-Key: user").status, 200);
}

TEST_F(Access, recognises_callers_of_open_routes) {
  EXPECT_NE(get("/open", "X-API-Key: user").body.find("\"is_signed_in\":true"), std::string::npos);
  EXPECT_NE(get("/open", "X-API-Key: bad").body.find("\"is_signed_in\":false"), std::string::npos);
  EXPECT_NE(get("/open").body.find("\"is_signed_in\":false"), std::string::npos);
}

TEST_F(Access, needs_the_permission_of_the_route) {
  EXPECT_EQ(get("/keys").status, 401);
  EXPECT_EQ(get("/keys", "X-API-Key: user").status, 403);
  EXPECT_EQ(get("/keys", "X-API-Key: admin").status, 200);
}

TEST_F(Access, keeps_tenants_apart) {
  EXPECT_EQ(get("/t/" + home.to_string(), "X-API-Key: user").status, 200);
  EXPECT_EQ(get("/t/" + other.to_string(), "X-API-Key: user").status, 403);
  EXPECT_EQ(get("/t/nonsense", "X-API-Key: user").status, 404);
  EXPECT_EQ(get("/t/" + other.to_string()).status, 401);
}

TEST_F(Access, lets_those_who_may_act_for_another_tenant) {
  auto response = get("/t/" + other.to_string(), "X-API-Key: super");

  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find(other.to_string()), std::string::npos);
}

class RateLimited : public ::testing::Test {
 protected:
  static std::vector<Route> routes() {
    std::vector<Route> table;
    table.push_back({Method::get, "/api", Right::anyone(), who});
    table.push_back({Method::post, "/login", Right::anyone(), who, {.rate = RateClass::login}});
    table.push_back(
        {Method::post, "/register", Right::anyone(), who, {.rate = RateClass::register_}});
    table.push_back({Method::get, "/free", Right::anyone(), who, {.rate = RateClass::none}});
    return table;
  }
  // The limits a server has when nobody configures any.
  TestServer server{routes(), [](ServerOptions& options) {
                      options.rates = RateLimits{};
                      options.trusted_proxies = {"127.0.0.1"};
                    }};
  testing::RawResponse send(std::string method, std::string target, std::string header = {}) {
    TestRequest request{.method = std::move(method), .target = std::move(target)};
    if (!header.empty()) request.headers.push_back(std::move(header));
    return server.send(request);
  }
};

TEST_F(RateLimited, login_is_allowed_five_times_a_minute) {
  for (int i = 1; i <= 5; ++i) {
    auto response = send("POST", "/login");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header("RateLimit-Limit"), "5");
    EXPECT_EQ(response.header("RateLimit-Remaining"), std::to_string(5 - i));
    EXPECT_EQ(response.header("RateLimit-Reset"), "60");
  }

  auto refused = send("POST", "/login");

  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("RateLimit-Remaining"), "0");
  EXPECT_EQ(refused.header("Retry-After"), "60");
  EXPECT_EQ(send("POST", "/login", "X-Forwarded-For: 192.0.2.1").status, 200)
      << "another address has its own window";
}

TEST_F(RateLimited, registration_is_allowed_three_times_an_hour) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send("POST", "/register").status, 200);

  auto refused = send("POST", "/register");

  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "3600");
}

TEST_F(RateLimited, anonymous_calls_are_allowed_a_hundred_times_in_fifteen_minutes) {
  auto client = server.connect();
  auto ask = TestRequest{.target = "/api"}.text();
  for (int i = 0; i < 100; ++i) {
    client.send(ask);
    ASSERT_EQ(client.read_response()->status, 200) << i;
  }

  client.send(ask);

  auto refused = client.read_response();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->header("Retry-After"), "900");
  EXPECT_EQ(send("GET", "/free").status, 200);
}

TEST_F(RateLimited, signed_in_calls_have_no_limit_unless_they_have_their_own) {
  server.authenticator.add("free", {.user = UserId::make()});
  server.authenticator.add("limited", {.api_key = ApiKeyId::make(), .requests_per_minute_max = 2});

  EXPECT_EQ(send("GET", "/api", "X-API-Key: free").header("RateLimit-Limit"), "");
  EXPECT_EQ(send("GET", "/api", "X-API-Key: limited").header("RateLimit-Remaining"), "1");
  EXPECT_EQ(send("GET", "/api", "X-API-Key: limited").header("RateLimit-Remaining"), "0");
  EXPECT_EQ(send("GET", "/api", "X-API-Key: limited").status, 429);
}

TEST_F(RateLimited, only_trusted_proxies_may_name_the_client) {
  TestServer direct(routes(), [](ServerOptions& options) { options.rates = RateLimits{}; });
  for (int i = 0; i < 5; ++i)
    direct.send({.method = "POST",
                 .target = "/login",
                 .headers = {"X-Forwarded-For: 192.0.2." + std::to_string(i)}});

  auto refused = direct.send(
      {.method = "POST", .target = "/login", .headers = {"X-Forwarded-For: 192.0.2.99"}});

  EXPECT_EQ(refused.status, 429);
}

Task<Result<Response>> large(CallContext, Request&) {
  co_return text_response(200, "text/plain", std::string(100'000, 'a'));
}
Task<Result<Response>> page(CallContext, Request&) {
  co_return text_response(200, "text/html; charset=utf-8", "<p>hello</p>");
}

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  auto outcome = inflate(&stream, Z_FINISH);
  out.resize(outcome == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, is_used_for_large_texts_when_wanted) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/large", Right::anyone(), large});
  routes.push_back({Method::get, "/small", Right::anyone(), page});
  TestServer server(std::move(routes));

  for (int i = 0; i < 3; ++i) {
    auto zipped = server.send({.target = "/large", .headers = {"Accept-Encoding: gzip"}});
    EXPECT_EQ(zipped.header("Content-Encoding"), "gzip");
    EXPECT_EQ(zipped.header("Vary"), "Accept-Encoding");
    EXPECT_LT(zipped.body.size(), 1000U);
    EXPECT_EQ(gunzip(zipped.body), std::string(100'000, 'a'));
  }
  auto plain = server.send({.target = "/large"});
  auto small = server.send({.target = "/small", .headers = {"Accept-Encoding: gzip"}});

  EXPECT_EQ(plain.header("Content-Encoding"), "");
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.body.size(), 100'000U);
  EXPECT_EQ(small.header("Content-Encoding"), "");
}

TEST(SecurityHeaders, bind_pages_to_our_own_content) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/page", Right::anyone(), page});
  TestServer server(std::move(routes));

  auto response = server.send({.target = "/page"});

  EXPECT_TRUE(response.header("Content-Security-Policy").starts_with("default-src 'self'"));
  EXPECT_EQ(response.header("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(response.header("Strict-Transport-Security"), "");
}

TEST(Tracing, continues_a_trace_and_echoes_the_request_id) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/open", Right::anyone(), who});
  TestServer server(std::move(routes));

  auto continued = server.send(
      {.target = "/open",
       .headers = {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                   "X-Request-Id: mine"}});
  auto own = server.send({.target = "/open", .headers = {"X-Request-Id: not sane"}});

  auto header = continued.header("traceparent");
  EXPECT_TRUE(header.starts_with("00-0af7651916cd43dd8448eb211c80319c-")) << header;
  EXPECT_TRUE(header.ends_with("-01"));
  EXPECT_EQ(header.find("b7ad6b7169203331"), std::string::npos) << "a span of its own";
  EXPECT_EQ(continued.header("X-Request-Id"), "mine");
  EXPECT_EQ(own.header("X-Request-Id").size(), 32U);
  EXPECT_EQ(own.header("traceparent").substr(3, 32), own.header("X-Request-Id"));
}

TEST(CorsAnswers, name_allowed_origins_only) {
  std::vector<Route> routes;
  routes.push_back({Method::post, "/open", Right::anyone(), who});
  TestServer server(std::move(routes), [](ServerOptions& options) {
    options.cors_origins = {"https://shop.example"};
  });
  TestRequest preflight{
      .method = "OPTIONS",
      .target = "/open",
      .headers = {"Origin: https://shop.example", "Access-Control-Request-Method: POST"}};

  auto allowed = server.send(preflight);
  preflight.headers[0] = "Origin: https://evil.example";
  auto refused = server.send(preflight);
  auto called = server.send(
      {.method = "POST", .target = "/open", .headers = {"Origin: https://shop.example"}});

  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(allowed.header("Access-Control-Allow-Headers").find("Authorization"),
            std::string::npos);
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(refused.header("Access-Control-Allow-Methods"), "");
  EXPECT_EQ(called.header("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(called.header("Vary"), "Origin");
  for (auto name : {"X-Request-Id", "traceparent"})  // by which an error is found in the log
    EXPECT_NE(called.header("Access-Control-Expose-Headers").find(name), std::string::npos);
}

class FileAnswers : public ::testing::Test {
 protected:
  FileAnswers() {
    std::vector<Route> routes;
    routes.push_back({Method::get, "/file", Right::anyone(),
                      [this](CallContext, Request&) { return answer(path_); }});
    routes.push_back({Method::get, "/gone", Right::anyone(),
                      [](CallContext, Request&) { return answer("/nonexistent"); }});
    server_.emplace(std::move(routes));
    path_ = server_->staging_folder() / "file.bin";
    for (int i = 0; content_.size() < 700'000; ++i) content_ += std::to_string(i) + ",";
    std::ofstream(path_, std::ios::binary) << content_;
  }
  static Task<Result<Response>> answer(std::filesystem::path path) {
    co_return file_response(path, "application/pdf", "Bericht \"ü\".pdf");
  }
  testing::RawResponse get(std::string header = {}) {
    TestRequest request{.target = "/file"};
    if (!header.empty()) request.headers.push_back(std::move(header));
    return server_->send(request);
  }

  std::optional<TestServer> server_;
  std::filesystem::path path_;
  std::string content_;
};

TEST_F(FileAnswers, send_the_whole_file) {
  auto response = get();

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, content_);
  EXPECT_EQ(
      response.header("Content-Disposition"),
      "attachment; filename=\"Bericht ____.pdf\"; filename*=UTF-8''Bericht%20%22%C3%BC%22.pdf");
}

TEST_F(FileAnswers, send_ranges) {
  auto part = get("Range: bytes=300000-300099");
  auto beyond = get("Range: bytes=9000000-");

  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, content_.substr(300'000, 100));
  EXPECT_EQ(part.header("Content-Range"), "bytes 300000-300099/" + std::to_string(content_.size()));
  EXPECT_EQ(beyond.status, 416);
}

TEST_F(FileAnswers, are_not_sent_again_when_unchanged) {
  auto tag = get().header("ETag");

  auto again = get("If-None-Match: " + tag);

  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(FileAnswers, are_not_found_when_there_is_no_file) {
  EXPECT_EQ(server_->send({.target = "/gone"}).status, 404);
}

}  // namespace
}  // namespace aiva::http
