#include "adapters/openai_realtime/internal/audio_text.h"

#include <gtest/gtest.h>

#include <string>

#include "foundation/crypto.h"

namespace aiva::openai_realtime {
namespace {

TEST(AudioText, writes_and_reads_base64_of_any_length) {
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    std::string text = "before ";
    append_base64(text, bytes);
    EXPECT_EQ(text, "before " + to_base64(bytes)) << length;
    EXPECT_EQ(decode_base64(text.substr(7)), bytes) << length;
    bytes += static_cast<char>(length * 37);
  }
}

TEST(AudioText, refuses_what_is_no_base64) {
  for (const char* text : {"A", "AA", "AAA", "AAAAA", "AA=A", "=AAA", "A===", "AA-_", "AAA\n",
                           "AAAA====", "AA==AAAA", "\xff\xff\xff\xff"})
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

TEST(AudioText, reads_a_delta_in_any_order_of_its_members) {
  auto delta = scan_audio_delta(
      R"({"type":"response.output_audio.delta","event_id":"e","response_id":"r1","item_id":"i1",)"
      R"("output_index":0,"content_index":0,"delta":"AAAA"})");
  auto turned = scan_audio_delta(
      R"({ "delta" : "AAAA", "item_id" : "i1", "type" : "response.output_audio.delta" ,)"
      R"( "response_id" : "r1" })");

  for (const auto& read : {delta, turned}) {
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->answer, "r1");
    EXPECT_EQ(read->item, "i1");
    EXPECT_EQ(read->audio, "AAAA");
  }
}

TEST(AudioText, leaves_to_the_parser_what_is_not_simple) {
  for (const char* text : {R"({"type":"response.output_audio.done","response_id":"r"})",
                           R"({"type":"other","delta":"response.output_audio.delta"})",
                           R"({"type":"response.output_audio.delta","delta":"A\/AA"})",
                           R"({"type":"response.output_audio.delta","x":{"delta":"AAAA"}})",
                           R"({"type":"response.output_audio.delta","delta":"AAAA"}})",
                           R"({"type":"response.output_audio.delta","delta":"AAAA")",
                           R"({"type":"response.output_audio.delta","delta":"AAAA",})",
                           "response.output_audio.delta", ""})
    EXPECT_FALSE(scan_audio_delta(text).has_value()) << text;
}

}  // namespace
}  // namespace aiva::openai_realtime
