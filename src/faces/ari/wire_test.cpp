#include "faces/ari/internal/wire.h"

#include <gmock/gmock.h>

namespace aiva::ari {
namespace {

using testing::ElementsAre;
using voice::DialEnd;

// Of Asterisk 22.10.
constexpr std::string_view started =
    R"({"type":"StasisStart","timestamp":"2026-11-30T07:45:42.502+0000","args":["sales","x"],)"
    R"("channel":{"id":"1796024742.1","name":"PJSIP/trunk-00000000","state":"Ring",)"
    R"("protocol_id":"","caller":{"name":"Ann","number":"4930123"},)"
    R"("connected":{"name":"","number":""},"accountcode":"","dialplan":{"context":"aiva",)"
    R"("exten":"300","priority":1,"app_name":"Stasis","app_data":"aiva,sales,x"},)"
    R"("creationtime":"2026-11-30T07:45:42.501+0000","language":"en"},)"
    R"("asterisk_id":"02:fc:00:00:00:01","application":"aiva"})";

Event event_in(std::string_view text) {
  auto message = read_message(text);
  EXPECT_TRUE(message.has_value());
  return message ? std::get<Event>(*message) : Event{};
}

TEST(AriWire, reads_who_enters_the_application) {
  auto event = event_in(started);

  EXPECT_EQ(event.type, "StasisStart");
  EXPECT_THAT(event.args, ElementsAre("sales", "x"));
  EXPECT_EQ(event.channel.id, "1796024742.1");
  EXPECT_EQ(event.channel.state, "Ring");
  EXPECT_EQ(event.channel.caller_number, "4930123");
  EXPECT_EQ(event.channel.caller_name, "Ann");
  EXPECT_EQ(event.channel.extension, "300");
  EXPECT_EQ(event.channel.application_data, "aiva,sales,x");
}

TEST(AriWire, reads_why_a_channel_ended) {
  auto event = event_in(
      R"({"type":"ChannelDestroyed","cause":17,"cause_txt":"User busy","channel":{"id":"a"}})");
  EXPECT_EQ(event.cause, 17);
  EXPECT_EQ(event.channel.id, "a");
}

TEST(AriWire, reads_replies_with_and_without_a_body) {
  auto plain = read_message(
      R"({"type":"RESTResponse","request_id":"7","status_code":204,"reason_phrase":"No Content"})");
  auto found = read_message(
      R"({"type":"RESTResponse","request_id":"8","status_code":404,"message_body":"{}"})");

  EXPECT_EQ(std::get<Reply>(*plain).request, "7");
  EXPECT_TRUE(std::get<Reply>(*plain).is_success());
  EXPECT_EQ(std::get<Reply>(*found).body, "{}");
  EXPECT_EQ(error_of(std::get<Reply>(*found)).code, ErrorCode::not_found);
}

TEST(AriWire, takes_nothing_else) {
  for (std::string_view text : {"", "{", "[]", "{}", R"({"type":7})", "\xff"})
    EXPECT_FALSE(read_message(text)) << text;
  auto odd = event_in(R"({"type":"StasisStart","args":7,"channel":[],"cause":-1})");
  EXPECT_EQ(odd.channel.id, "");
  EXPECT_EQ(odd.cause, 0);
}

TEST(AriWire, escapes_what_stands_in_a_query) {
  Request request{.method = "POST",
                  .path = "channels/a",
                  .query = {{"endpoint", "PJSIP/+49&x@trunk"}, {"app", "aiva"}}};
  EXPECT_EQ(request_text(request, "1"),
            R"({"type":"RESTRequest","transaction_id":"1","request_id":"1","method":"POST",)"
            R"("uri":"channels/a?endpoint=PJSIP%2F%2B49%26x%40trunk&app=aiva"})");
}

TEST(AriWire, knows_causes) {
  for (auto [cause, end] : {std::pair{17, DialEnd::busy},
                            {19, DialEnd::no_answer},
                            {16, DialEnd::no_answer},
                            {21, DialEnd::rejected},
                            {1, DialEnd::unreachable},
                            {0, DialEnd::unreachable},
                            {34, DialEnd::failed}})
    EXPECT_EQ(dial_end_of(cause), end) << cause;
}

}  // namespace
}  // namespace aiva::ari
