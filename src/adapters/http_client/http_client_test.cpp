#include "adapters/http_client/http_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "adapters/http_client/testing/server_for_test.h"
#include "foundation/thread_pool.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

using http_client::Peer;
using http_client::TestServer;
using std::chrono::milliseconds;

// Calls a server of the test, which lies on a private address.
class HttpClientTest : public ::testing::Test {
 protected:
  static std::unique_ptr<HttpClient> make(HttpClientOptions options = {}) {
    auto client = make_http_client(std::move(options));
    AIVA_ASSERT(client.has_value());
    return std::move(*client);
  }
  static HttpRequest request(const TestServer& server, const std::string& path = "/") {
    return {.url = server.url(path), .may_reach_private_addresses = true};
  }
  Result<HttpResponse> send(HttpRequest request, CallContext context = {}) {
    return sync_wait(client_->send(context, std::move(request)));
  }
  std::future<Result<HttpResponse>> send_later(HttpRequest request, CallContext context = {}) {
    auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
    start(client_->send(context, std::move(request)),
          [promise](std::exception_ptr, std::optional<Result<HttpResponse>> response) {
            promise->set_value(std::move(*response));
          });
    return promise->get_future();
  }
  static ErrorCode code(const Result<HttpResponse>& response) {
    return response ? ErrorCode{-1} : response.error().code;
  }
  // Answers each request of a connection with "ok" until the client leaves.
  static void serve_ok(Peer& peer) {
    while (!peer.read_request().empty()) peer.answer("ok");
  }

  std::unique_ptr<HttpClient> client_ = make();
};

TEST_F(HttpClientTest, reads_an_answer_with_its_headers) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.answer("hello", "X-Kind: a\r\nX-Kind: b\r\n");
  });

  auto response = send(request(server));

  ASSERT_TRUE(response.has_value()) << response.error().cause;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->header("x-kind"), "a");
  EXPECT_EQ(response->headers.size(), 3U);
}

TEST_F(HttpClientTest, sends_method_target_headers_and_body) {
  std::promise<std::string> seen;
  TestServer server([&seen](Peer& peer) {
    seen.set_value(peer.read_request());
    peer.answer("");
  });
  auto post = request(server, "/v1/x?q=1");
  post.method = "POST";
  post.headers = {{"Content-Type", "application/json"}};
  post.body = "{}";

  ASSERT_TRUE(send(std::move(post)).has_value());

  auto text = seen.get_future().get();
  EXPECT_TRUE(text.starts_with("POST /v1/x?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << text;
  EXPECT_NE(text.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n{}"));
}

TEST_F(HttpClientTest, carries_large_bodies_both_ways) {
  TestServer server([](Peer& peer) {
    auto text = peer.read_request();
    peer.answer(text.substr(text.find("\r\n\r\n") + 4));
  });
  auto post = request(server);
  post.method = "POST";
  for (int i = 0; i < 700000; ++i) post.body += std::to_string(i);
  auto body = post.body;

  auto response = send(std::move(post));

  ASSERT_TRUE(response.has_value()) << response.error().cause;
  EXPECT_TRUE(response->body == body);
}

TEST_F(HttpClientTest, sends_part_of_a_file_as_a_body) {
  TestServer server([](Peer& peer) {
    auto text = peer.read_request();
    peer.answer(text.substr(text.find("\r\n\r\n") + 4));
  });
  std::string content;
  for (int i = 0; i < 300000; ++i) content += std::to_string(i);
  TemporaryFolder folder;
  auto put = request(server);
  put.method = "PUT";
  put.file = HttpFileBody{.path = folder.write("file", content), .offset = 5, .size = 1'000'000};

  auto response = send(std::move(put));

  ASSERT_TRUE(response.has_value()) << response.error().cause;
  EXPECT_TRUE(response->body == content.substr(5, 1'000'000));
}

TEST_F(HttpClientTest, fails_where_a_body_cannot_be_read_from_its_file) {
  TestServer server([](Peer& peer) { serve_ok(peer); });
  TemporaryFolder folder;
  auto put = request(server);
  put.method = "PUT";

  put.file = HttpFileBody{.path = folder.write("short", "12345"), .offset = 2, .size = 4};
  EXPECT_EQ(code(send(put)), ErrorCode::internal);
  put.file = HttpFileBody{.path = folder.path() / "missing", .size = 1};
  EXPECT_EQ(code(send(put)), ErrorCode::internal);

  put.file = HttpFileBody{.path = folder.path() / "missing"};
  EXPECT_EQ(send(put)->body, "ok");  // no byte of it is wanted
  client_.reset();
}

TEST_F(HttpClientTest, puts_a_chunked_body_together) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;name=value\r\nWiki\r\n");
    peer.write("6\r\npedia \r\n");
    peer.write("0\r\nX-Trailer: 1\r\n\r\n");
    peer.wait_for_close();
  });

  auto response = send(request(server));

  ASSERT_TRUE(response.has_value()) << response.error().cause;
  EXPECT_EQ(response->body, "Wikipedia ");
  client_.reset();
}

TEST_F(HttpClientTest, reads_an_old_server_until_it_closes) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.0 200 OK\r\n\r\nall of it");
  });

  EXPECT_EQ(send(request(server))->body, "all of it");
}

TEST_F(HttpClientTest, skips_interim_answers) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    peer.answer("final");
  });

  auto response = send(request(server));

  ASSERT_TRUE(response.has_value()) << response.error().cause;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "final");
}

TEST_F(HttpClientTest, waits_for_no_body_where_there_is_none) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
    peer.read_request();
    peer.write("HTTP/1.1 204 No Content\r\n\r\n");
    peer.read_request();
    peer.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n");
    peer.wait_for_close();
  });
  auto head = request(server);
  head.method = "HEAD";

  EXPECT_EQ(send(head)->status, 200);
  EXPECT_EQ(send(request(server))->status, 204);
  EXPECT_EQ(send(request(server))->status, 304);
  EXPECT_EQ(server.connections(), 1);
  client_.reset();
}

TEST_F(HttpClientTest, does_not_follow_redirects) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n");
  });

  auto response = send(request(server));

  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->header("location"), "http://127.0.0.1/");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, times_out_when_the_server_is_silent) {
  TestServer server([](Peer& peer) { peer.wait_for_close(); });
  auto slow = request(server);
  slow.timeout = milliseconds(50);

  EXPECT_EQ(code(send(slow)), ErrorCode::timeout);
  server.wait_for_ended(1);
}

TEST_F(HttpClientTest, times_out_in_the_middle_of_a_body) {
  TestServer server([](Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    peer.wait_for_close();
  });
  auto slow = request(server);
  slow.timeout = milliseconds(50);

  EXPECT_EQ(code(send(slow)), ErrorCode::timeout);
}

TEST_F(HttpClientTest, keeps_to_the_deadline_of_the_context) {
  TestServer server([](Peer& peer) { peer.wait_for_close(); });
  CallContext context{.deadline = std::chrono::steady_clock::now() + milliseconds(50)};

  EXPECT_EQ(code(send(request(server), context)), ErrorCode::timeout);
}

TEST_F(HttpClientTest, gives_up_when_the_caller_does) {
  std::promise<void> arrived;
  TestServer server([&arrived](Peer& peer) {
    peer.read_request();
    arrived.set_value();
    peer.wait_for_close();
  });
  std::stop_source source;
  auto response = send_later(request(server), {.cancellation = source.get_token()});
  arrived.get_future().wait();

  source.request_stop();

  EXPECT_EQ(code(response.get()), ErrorCode::cancelled);
  server.wait_for_ended(1);
}

TEST_F(HttpClientTest, ends_calls_under_way_when_it_ends) {
  std::promise<void> arrived;
  TestServer server([&arrived](Peer& peer) {
    peer.read_request();
    arrived.set_value();
    peer.wait_for_close();
  });
  auto response = send_later(request(server));
  arrived.get_future().wait();

  client_.reset();

  EXPECT_EQ(code(response.get()), ErrorCode::cancelled);
}

TEST_F(HttpClientTest, says_when_an_answer_breaks_off) {
  const std::string answers[] = {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le",
                                 "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
                                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi"};
  for (const auto& answer : answers) {
    TestServer server([&answer](Peer& peer) {
      peer.read_request();
      peer.write(answer);
    });
    EXPECT_EQ(code(send(request(server))), ErrorCode::unavailable) << answer;
  }
}

TEST_F(HttpClientTest, refuses_answers_that_are_not_http) {
  const std::string answers[] = {
      "SSH-2.0-OpenSSH_9.2\r\n\r\n",
      "HTTP/1.1 abc OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"};
  for (const auto& answer : answers) {
    TestServer server([&answer](Peer& peer) {
      peer.read_request();
      peer.write(answer);
      peer.wait_for_close();
    });
    EXPECT_EQ(code(send(request(server))), ErrorCode::unavailable) << answer;
  }
}

TEST_F(HttpClientTest, refuses_bodies_beyond_the_limit) {
  std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk,
      "HTTP/1.0 200 OK\r\n\r\n" + std::string(2000, 'x')};
  for (const auto& answer : answers) {
    TestServer server([&answer](Peer& peer) {
      peer.read_request();
      peer.write(answer);
      peer.wait_for_close();
    });
    auto limited = request(server);
    limited.response_bytes_max = 1500;
    EXPECT_EQ(code(send(limited)), ErrorCode::too_large) << answer.substr(0, 60);
  }
}

TEST_F(HttpClientTest, refuses_heads_without_end) {
  client_ = make({.header_bytes_max = 4096});
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'x'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100000, 'x')};
  for (const auto& answer : answers) {
    TestServer server([&answer](Peer& peer) {
      peer.read_request();
      peer.write(answer);
      peer.wait_for_close();
    });
    EXPECT_EQ(code(send(request(server))), ErrorCode::too_large) << answer.substr(0, 60);
  }
}

TEST_F(HttpClientTest, says_when_nobody_listens) {
  std::string url;
  {
    TestServer server([](Peer&) {});
    url = server.url();
  }

  auto response = send({.url = url, .may_reach_private_addresses = true});

  EXPECT_EQ(code(response), ErrorCode::unavailable);
}

TEST_F(HttpClientTest, says_when_a_name_cannot_exist) {
  auto response = send({.url = "http://" + std::string(64, 'a') + ".invalid/"});

  EXPECT_EQ(code(response), ErrorCode::unavailable);
}

TEST_F(HttpClientTest, refuses_urls_that_are_none) {
  EXPECT_EQ(code(send({.url = "gopher://example.org/"})), ErrorCode::invalid);
}

TEST_F(HttpClientTest, does_not_reach_private_addresses_unless_allowed) {
  TestServer server(serve_ok);
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]",
                                 "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"}) {
    auto response = send({.url = server.url("/", host)});
    EXPECT_EQ(code(response), ErrorCode::forbidden) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, never_lends_a_private_connection_to_a_guarded_call) {
  TestServer server(serve_ok);
  ASSERT_TRUE(send(request(server)).has_value());

  EXPECT_EQ(code(send({.url = server.url()})), ErrorCode::forbidden);
  client_.reset();
}

TEST_F(HttpClientTest, continues_at_the_home_of_the_call) {
  TestServer server(serve_ok);
  ThreadPool home({.name = "home", .threads = 1});
  std::promise<std::thread::id> home_thread;
  home.post([&home_thread] { home_thread.set_value(std::this_thread::get_id()); });

  std::promise<std::thread::id> ended_on;
  start(client_->send({.home = &home}, request(server)),
        [&ended_on](std::exception_ptr, std::optional<Result<HttpResponse>>) {
          ended_on.set_value(std::this_thread::get_id());
        });

  EXPECT_EQ(ended_on.get_future().get(), home_thread.get_future().get());
  client_.reset();
}

}  // namespace
}  // namespace aiva
