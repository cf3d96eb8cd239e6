#include "capabilities/agents/settings_json.h"

#include <gtest/gtest.h>

#include "capabilities/agents/internal/checks.h"

namespace aiva::agents {
namespace {

AgentSettings read(std::string_view text, AgentSettings settings = {}) {
  auto value = json::parse(text).value();
  json::Fields fields(value);
  read_settings(fields, value.as_object(), settings);
  EXPECT_TRUE(fields.finish().has_value()) << text;
  return settings;
}

TEST(SettingsJson, are_read_as_they_were_written) {
  AgentSettings settings{.instructions = "Say \"hi\"\n",
                         .provider = "anthropic",
                         .model = "claude-x",
                         .temperature = 1.25,
                         .tokens_max = 77,
                         .greeting = "Hello",
                         .language = "ur",
                         .voice = "alloy",
                         .knowledge_bases = {KnowledgeBaseId::make(), KnowledgeBaseId::make()},
                         .search_mode = "always",
                         .conversation = R"({"a":[1,2]})",
                         .blocked_topics = {"politics"},
                         .must_cite = true,
                         .masks_personal = true,
                         .moderation = {.uses_provider = true,
                                        .webhook_url = "https://guard.example/check?a=1",
                                        .webhook_secret = "signing",
                                        .checks_answers = true,
                                        .action = "flag",
                                        .categories = {{"hate", 0.4}, {"violence/graphic", 0}},
                                        .fails_closed = true,
                                        .timeout_ms = 900,
                                        .message = "No."},
                         .speech = {.provider = "deepgram",
                                    .model = "realtime",
                                    .vad_threshold = 0.25,
                                    .silence_duration_ms = 900,
                                    .recording = true,
                                    .recording_notice = false,
                                    .deepgram_model = "nova-3",
                                    .deepgram_voice = "aura",
                                    .deepgram_language = "en",
                                    .chat_stt_provider = "groq",
                                    .chat_stt_model = "whisper",
                                    .chat_tts_provider = "azure",
                                    .chat_tts_model = "neural",
                                    .chat_tts_voice = "en-US-Jenny"}};

  auto again = parse_settings(settings_text(settings));

  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, settings);
}

TEST(SettingsJson, refuse_moderation_that_cannot_be_meant) {
  for (const auto* text :
       {R"({"webhook_url":"ftp://x.example"})", R"({"webhook_url":"https://a@x.example"})",
        R"({"webhook_url":"https:///x"})", R"({"webhook_secret":"a b"})", R"({"action":"log"})",
        R"({"categories":{"hate":1.5}})", R"({"categories":{"":0.5}})", R"({"on_failure":"maybe"})",
        R"({"timeout_ms":1})", R"({"provider":"yes"})"}) {
    auto value = json::parse(std::string(R"({"moderation":)") + text + "}").value();
    json::Fields fields(value);
    AgentSettings settings;
    read_settings(fields, value.as_object(), settings);
    auto finished = fields.finish();

    ASSERT_FALSE(finished) << text;
    EXPECT_TRUE(finished.error().details.at(0).field.starts_with("moderation.")) << text;
    EXPECT_EQ(settings, AgentSettings{});
  }
}

TEST(SettingsJson, understand_older_names) {
  auto base = KnowledgeBaseId::make();
  auto settings = read(R"({"provider":"deepgram","model":"realtime-1","chat_model":"gpt-4o-mini",
      "knowledge_search_mode":"never","kb_id":")" +
                       base.to_string() + R"("})");

  EXPECT_EQ(settings.model, "gpt-4o-mini");
  EXPECT_EQ(settings.speech.model, "realtime-1");
  EXPECT_EQ(settings.speech.provider, "deepgram");
  EXPECT_EQ(settings.provider, "");
  EXPECT_EQ(settings.search_mode, "never");
  EXPECT_EQ(settings.knowledge_bases, std::vector{base});
  EXPECT_TRUE(read(R"({"kb_id":null})", settings).knowledge_bases.empty());
  EXPECT_EQ(read("{}", settings), settings);
  EXPECT_EQ(read(R"({"model":"m"})").model, "m");
}

TEST(SettingsJson, refuse_a_knowledge_base_that_is_not_among_the_others) {
  auto value =
      json::parse(R"({"kb_id":")" + KnowledgeBaseId::make().to_string() + R"(","kb_ids":[]})")
          .value();
  json::Fields fields(value);
  AgentSettings settings;
  read_settings(fields, value.as_object(), settings);

  EXPECT_FALSE(fields.finish().has_value());
}

TEST(SettingsJson, know_origins_of_the_web) {
  for (const auto* good : {"*", "https://example.com", "http://localhost:8080", "https://a-b.c.de"})
    EXPECT_TRUE(is_web_origin(good)) << good;
  for (const auto* bad :
       {"", "example.com", "https://", "https://Example.com", "https://example.com/",
        "https://example.com:0", "https://example.com:99999", "https://a..b", "https://*.a.com",
        "javascript:alert", "https://a.com;script-src *", "https://a.com\r\nX: y", "null"})
    EXPECT_FALSE(is_web_origin(bad)) << bad;
}

TEST(SettingsJson, make_slugs_of_names) {
  EXPECT_EQ(make_slug("Front Desk (EU)"), "front-desk-eu");
  EXPECT_EQ(make_slug("  --A__B!!c  "), "a-b-c");
  EXPECT_EQ(make_slug("ab"), "");
  EXPECT_EQ(make_slug("客服"), "");
  EXPECT_TRUE(is_slug(make_slug(std::string(300, 'x'))));
}

TEST(SettingsJson, have_defaults_for_widgets_and_refuse_what_would_break_out) {
  auto plain = read_widget({});
  ASSERT_TRUE(plain.has_value());
  EXPECT_TRUE(plain->origins.empty());

  EXPECT_FALSE(plain->allows_calls);

  auto broken = json::parse(R"({"accent_color":"red;}","position":"top","allowed_origins":[1],
      "messages_per_minute":0,"allows_calls":"yes","call_minutes":0,"theme":"pink",
      "logo_url":"javascript:alert","suggested_questions":[""]
})")
                    .value();
  auto read = read_widget(broken.as_object());
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().details.size(), 9U);
}

TEST(SettingsJson, keep_how_a_widget_looks) {
  auto given = json::parse(R"({"theme":"dark","logo_url":"https://shop.example/logo.svg",
      "suggested_questions":["Where is my order?","Wann öffnen Sie?"]})")
                   .value();
  std::string text;
  JsonWriter writer(text);
  write_widget(writer, read_widget(given.as_object()).value());
  auto kept = read_widget(json::parse(text)->as_object()).value();

  EXPECT_EQ(kept.theme, "dark");
  EXPECT_EQ(kept.logo_url, "https://shop.example/logo.svg");
  EXPECT_EQ(kept.suggestions, (std::vector<std::string>{"Where is my order?", "Wann öffnen Sie?"}));
  EXPECT_EQ(read_widget({})->theme, "auto");
}

TEST(SettingsJson, keep_what_visitors_may_call) {
  auto given = json::parse(R"({"allows_calls":true,"visitor_calls_per_hour":3,
      "visitor_calls_at_once":1,"calls_at_once":7,"call_minutes":4,"call_minutes_per_day":60})")
                   .value();
  std::string text;
  JsonWriter writer(text);
  write_widget(writer, read_widget(given.as_object()).value());
  auto kept = read_widget(json::parse(text)->as_object()).value();

  EXPECT_TRUE(kept.allows_calls);
  EXPECT_EQ(kept.visitor_calls_per_hour_max, 3);
  EXPECT_EQ(kept.visitor_calls_at_once_max, 1);
  EXPECT_EQ(kept.calls_at_once_max, 7);
  EXPECT_EQ(kept.call_minutes_max, 4);
  EXPECT_EQ(kept.call_minutes_per_day_max, 60);
}

}  // namespace
}  // namespace aiva::agents
