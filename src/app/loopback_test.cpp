#include "app/loopback.h"

#include <gtest/gtest.h>

namespace aiva::app {
namespace {

TEST(Loopback, finds_where_an_answer_ends) {
  struct Case {
    std::string_view head;
    int status;
    std::size_t body;
  };
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, 12},
      {"HTTP/1.1 429 Too Many Requests\r\nX: y\r\ncontent-length:0\r\n\r\n", 429, 0},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, 0},
  };
  for (const auto& answer : cases) {
    auto size = measure_reply(answer.head);
    ASSERT_TRUE(size) << answer.head;
    EXPECT_EQ(size->status, answer.status);
    EXPECT_EQ(size->body, answer.body);
    EXPECT_EQ(size->head, answer.head.size());
  }
}

TEST(Loopback, refuses_what_is_no_answer) {
  for (const std::string_view head :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"})
    EXPECT_FALSE(measure_reply(head)) << head;
}

TEST(Loopback, says_that_nobody_listens) {
  auto connected = Loopback::connect(1);

  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva::app
