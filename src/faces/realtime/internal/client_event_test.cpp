#include "faces/realtime/internal/client_event.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::realtime {
namespace {

TEST(ScanAppend, reads_audio_as_clients_send_it) {
  auto plain = scan_append(R"({"type":"input_audio_buffer.append","audio":"AAAA"})");
  auto named =
      scan_append(R"({ "event_id": "e7", "audio": "/+A=", "type": "input_audio_buffer.append" })");

  ASSERT_TRUE(plain && named);
  EXPECT_EQ(plain->audio, "AAAA");
  EXPECT_EQ(plain->id, "");
  EXPECT_EQ(named->audio, "/+A=");
  EXPECT_EQ(named->id, "e7");
}

TEST(ScanAppend, leaves_everything_else_to_the_parser) {
  for (std::string text : {R"({"type":"input_audio_buffer.append"})", R"({"audio":"AAAA"})",
                           R"({"type":"input_audio_buffer.commit","audio":"AAAA"})",
                           R"({"type":"input_audio_buffer.append","audio":1234})",
                           R"({"type":"input_audio_buffer.append","audio":"AA\/A"})",
                           R"({"type":"input_audio_buffer.append","audio":"AAAA","audio":"BBBB"})",
                           R"({"type":"input_audio_buffer.append","audio":"AAAA","more":"x"})",
                           R"({"type":"input_audio_buffer.append","audio":"AAAA","event_id":7})",
                           R"({"type":"input_audio_buffer.append","audio":"AAAA"} )"
                           "x",
                           R"({"type":"input_audio_buffer.append","audio":"AAAA")", ""})
    EXPECT_FALSE(scan_append(text).has_value()) << text;
  std::string long_id(513, 'i');
  EXPECT_FALSE(scan_append(R"({"type":"input_audio_buffer.append","audio":"AAAA","event_id":")" +
                           long_id + "\"}")
                   .has_value());
}

// Both ways say the same of what both understand.
TEST(ScanAppend, agrees_with_the_parser) {
  const std::string text = R"({"type":"input_audio_buffer.append","event_id":"e","audio":"QUJD"})";
  auto scanned = scan_append(text);
  auto read = read_event(text);
  ASSERT_TRUE(scanned && read);
  EXPECT_EQ(read->type, "input_audio_buffer.append");
  EXPECT_EQ(read->id, scanned->id);
  EXPECT_EQ(std::string_view(read->body.at("audio").get_string()), scanned->audio);
}

}  // namespace
}  // namespace aiva::realtime
