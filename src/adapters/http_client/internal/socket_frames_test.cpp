#include "adapters/http_client/internal/socket_frames.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aiva::http_client {
namespace {

// Everything that comes of bytes which arrive in pieces of that size, and how it ended.
std::string read(const std::string& bytes, std::size_t piece = 1 << 20) {
  FrameReader reader(100);
  std::string heard;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(std::string_view(bytes).substr(at, piece));
    while (true) {
      auto next = reader.next();
      if (!next) return heard + "!" + std::to_string(reader.close_code());
      if (!*next) break;
      heard += std::to_string(static_cast<int>((*next)->opcode)) + ":" + (*next)->payload;
      if ((*next)->opcode == Opcode::close) heard += "=" + std::to_string((*next)->code);
      heard += ";";
    }
  }
  return heard;
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int value : values) text += static_cast<char>(value);
  return text;
}

TEST(SocketFrames, writes_the_example_of_the_standard) {
  std::string out;
  append_frame(out, Opcode::text, "Hello", {0x37, static_cast<char>(0xfa), 0x21, 0x3d});

  EXPECT_EQ(out, bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
}

TEST(SocketFrames, says_the_length_in_the_fewest_bytes_that_hold_it) {
  struct Case {
    std::size_t length;
    std::string head;
  };
  const std::vector<Case> cases = {{125, bytes({0x82, 0xfd})},
                                   {126, bytes({0x82, 0xfe, 0, 126})},
                                   {65535, bytes({0x82, 0xfe, 0xff, 0xff})},
                                   {65536, bytes({0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0})}};
  for (const auto& [length, head] : cases) {
    std::string out;
    append_frame(out, Opcode::binary, std::string(length, '\0'), {0, 0, 0, 0});
    EXPECT_EQ(out.substr(0, head.size()), head) << length;
    EXPECT_EQ(out.size(), head.size() + 4 + length) << length;
  }
}

TEST(SocketFrames, puts_messages_together_however_they_arrive) {
  auto text = bytes({0x01, 2}) + "ab" + bytes({0x89, 1}) + "p" + bytes({0x80, 1}) + "c" +
              bytes({0x82, 0}) + bytes({0x88, 4, 0x03, 0xe9}) + "ok";

  for (std::size_t piece : {1, 2, 3, 7, 100})
    EXPECT_EQ(read(text, piece), "9:p;1:abc;2:;8:ok=1001;") << piece;
}

TEST(SocketFrames, refuses_what_the_standard_forbids) {
  struct Case {
    const char* what;
    std::string bytes;
    const char* outcome;
  };
  const std::vector<Case> cases = {
      {"reserved bit", bytes({0xc1, 0}), "!1002"},
      {"masked", bytes({0x81, 0x80, 0, 0, 0, 0}), "!1002"},
      {"unknown opcode", bytes({0x83, 0}), "!1002"},
      {"ping in pieces", bytes({0x09, 0}), "!1002"},
      {"long ping", bytes({0x89, 126, 0, 200}), "!1002"},
      {"continuation of nothing", bytes({0x80, 0}), "!1002"},
      {"a message within a message", bytes({0x01, 0, 0x81, 0}), "!1002"},
      {"too large", bytes({0x82, 126, 0, 101}), "!1009"},
      {"too large together", bytes({0x02, 60}) + std::string(60, 'x') + bytes({0x80, 41}), "!1009"},
      {"a length without end", bytes({0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255}), "!1009"},
      {"text that is none", bytes({0x81, 1, 0xff}), "!1007"},
      {"half a close code", bytes({0x88, 1, 3}), "!1002"},
      {"a close code nobody sends", bytes({0x88, 2, 0x03, 0xee}), "!1002"},
      {"a reason that is no text", bytes({0x88, 3, 0x03, 0xe8, 0xff}), "!1007"}};
  for (const auto& [what, wrong, outcome] : cases) EXPECT_EQ(read(wrong), outcome) << what;
}

TEST(SocketFrames, cuts_a_reason_to_what_a_control_frame_holds) {
  EXPECT_EQ(close_payload(1000, std::string(500, 'x')).size(), 125U);
  EXPECT_EQ(close_payload(1001), bytes({0x03, 0xe9}));
}

}  // namespace
}  // namespace aiva::http_client
