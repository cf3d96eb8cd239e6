#include "faces/cli/arguments.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace aiva::cli {
namespace {

Parsed parse(std::vector<const char*> words) {
  words.insert(words.begin(), "aiva");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

TEST(Arguments, read_a_server_start) {
  auto parsed = parse({"serve", "--port", "0", "--data", "d", "--role", "api"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.command, CommandName::serve);
  EXPECT_EQ(parsed.arguments.port, 0);
  EXPECT_EQ(parsed.arguments.data_folder, "d");
  EXPECT_EQ(parsed.arguments.role, "api");
}

TEST(Arguments, read_what_top_is_to_show) {
  auto parsed = parse({"top", "--url", "https://a", "--once", "--json", "--interval", "0.5"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.command, CommandName::top);
  EXPECT_EQ(parsed.arguments.top.url, "https://a");
  EXPECT_TRUE(parsed.arguments.top.is_once);
  EXPECT_TRUE(parsed.arguments.is_json);
  EXPECT_EQ(parsed.arguments.top.interval_s, 0.5);
  EXPECT_EQ(parse({"top", "--interval", "0"}).exit_code, 2);
  EXPECT_EQ(parse({"top", "--key", "a", "--token", "b"}).exit_code, 2);
}

TEST(Arguments, read_credits_to_add_and_refuse_amounts_that_are_none) {
  auto parsed = parse({"credits", "add", "2.5", "--tenant", "Acme", "--note", "invoice 7"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.command, CommandName::credits_add);
  EXPECT_EQ(parsed.arguments.credits.dollars, 2.5);
  EXPECT_EQ(parsed.arguments.credits.note, "invoice 7");
  for (const auto* amount : {"0", "-1", "2000000", "x"})
    EXPECT_EQ(parse({"credits", "add", amount}).exit_code, 2) << amount;
  EXPECT_EQ(parse({"credits"}).exit_code, 2);
}

TEST(Arguments, read_the_load_of_a_plan) {
  auto parsed = parse({"plan", "--users", "300", "--calls", "0", "--headroom", "25", "--why",
                       "--documents-a-day", "40"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  const auto& plan = parsed.arguments.plan;
  EXPECT_EQ(parsed.arguments.command, CommandName::plan);
  EXPECT_EQ(plan.users, 300);
  EXPECT_EQ(plan.calls, 0);
  EXPECT_EQ(plan.chats, std::nullopt);
  EXPECT_EQ(plan.documents_a_day, 40);
  EXPECT_EQ(plan.headroom_percent, 25);
  EXPECT_TRUE(plan.has_reasons);
}

TEST(Arguments, refuse_a_plan_that_makes_no_sense) {
  EXPECT_EQ(parse({"plan", "--tier", "gigantic"}).exit_code, 2);
  EXPECT_EQ(parse({"plan", "--users", "-1"}).exit_code, 2);
  EXPECT_EQ(parse({"plan", "--headroom", "95"}).exit_code, 2);
  EXPECT_EQ(parse({"plan", "--measure-seconds", "1"}).exit_code, 2);
  EXPECT_EQ(parse({"plan", "--measured", "a.json", "--measure-seconds", "9"}).exit_code, 2);
}

TEST(Arguments, read_which_server_the_doctor_visits) {
  auto parsed = parse({"doctor", "--url", "https://a", "--key", "k", "--watch-seconds", "3"});
  auto local = parse({"doctor", "--backups", "/b"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.doctor.url, "https://a");
  EXPECT_EQ(parsed.arguments.doctor.key, "k");
  EXPECT_EQ(parsed.arguments.doctor.watch_seconds, 3);
  ASSERT_FALSE(local.is_done) << local.text;
  EXPECT_EQ(local.arguments.doctor.backups, "/b");
  EXPECT_EQ(parse({"doctor", "--key", "k"}).exit_code, 2);
  EXPECT_EQ(parse({"doctor", "--url", "https://a", "--backups", "/b"}).exit_code, 2);
}

TEST(Arguments, read_files_and_options_in_any_order) {
  auto parsed = parse({"ingest", "a.pdf", "--kb", "manuals", "b.md", "--json"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.files, (std::vector<std::string>{"a.pdf", "b.md"}));
  EXPECT_EQ(parsed.arguments.knowledge_base, "manuals");
  EXPECT_TRUE(parsed.arguments.is_json);
}

TEST(Arguments, read_patterns_between_files) {
  auto parsed = parse({"ingest", "--include", "*.pdf", "docs", "--exclude", "old/**", "--include",
                       "*.md", "more", "--parallel", "8"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.files, (std::vector<std::string>{"docs", "more"}));
  EXPECT_EQ(parsed.arguments.includes, (std::vector<std::string>{"*.pdf", "*.md"}));
  EXPECT_EQ(parsed.arguments.excludes, std::vector<std::string>{"old/**"});
  EXPECT_EQ(parsed.arguments.parallel, 8);
}

TEST(Arguments, read_an_evaluation) {
  auto parsed = parse({"eval", "q.jsonl", "--kb", "Manuals", "--compare", "vector_weight=1",
                       "--min", "hit@5=0.9", "--compare", "lists=words", "--top-k", "7", "--csv"});
  auto draft = parse({"eval", "--make-template", "Manuals", "--count", "9"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.command, CommandName::eval);
  const auto& eval = parsed.arguments.eval;
  EXPECT_EQ(eval.golden, "q.jsonl");
  EXPECT_EQ(eval.settings, (std::vector<std::string>{"vector_weight=1", "lists=words"}));
  EXPECT_EQ(eval.bars, std::vector<std::string>{"hit@5=0.9"});
  EXPECT_EQ(eval.top_k, 7);
  EXPECT_TRUE(eval.is_csv);
  EXPECT_FALSE(eval.is_template);
  ASSERT_FALSE(draft.is_done) << draft.text;
  EXPECT_TRUE(draft.arguments.eval.is_template);
  EXPECT_EQ(draft.arguments.knowledge_base, "Manuals");
  EXPECT_EQ(draft.arguments.eval.count, 9);
}

TEST(Arguments, read_a_load) {
  auto parsed = parse({"load", "--url", "http://h:1", "--key", "k", "--scenario", "peak", "--rps",
                       "2000", "--connections", "300", "--fail-if", "p95>200ms", "--fail-if",
                       "errors>0.1%", "--report", "r", "--keep", "--json"});

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.command, CommandName::load);
  const auto& load = parsed.arguments.load;
  EXPECT_EQ(load.url, "http://h:1");
  EXPECT_EQ(load.scenario, "peak");
  EXPECT_EQ(load.rate, 2000);
  EXPECT_EQ(load.connections, 300);
  EXPECT_EQ(load.thresholds, (std::vector<std::string>{"p95>200ms", "errors>0.1%"}));
  EXPECT_TRUE(load.keeps);
  EXPECT_TRUE(parsed.arguments.is_json);
  EXPECT_TRUE(parse({"load", "--list"}).arguments.load.is_list);
}

TEST(Arguments, read_the_key_of_a_load_where_nobody_sees_it) {
  setenv("AIVA_LOAD_KEY", "hidden", 1);
  auto parsed = parse({"load", "--url", "http://h:1"});
  unsetenv("AIVA_LOAD_KEY");

  ASSERT_FALSE(parsed.is_done) << parsed.text;
  EXPECT_EQ(parsed.arguments.load.key, "hidden");
}

TEST(Arguments, read_a_backup_and_what_is_done_with_it) {
  auto taken = parse({"backup", "--to", "b", "--incremental", "--keep", "7", "--data", "d"});
  auto listed = parse({"backup", "list", "--from", "b", "--json"});
  auto verified = parse({"backup", "verify", "--from", "b", "--at", "2026-11-30T04:00:00Z"});
  auto restored = parse({"restore", "--from", "b", "--data", "new", "--master-key", "k"});

  ASSERT_FALSE(taken.is_done) << taken.text;
  EXPECT_EQ(taken.arguments.command, CommandName::backup_take);
  EXPECT_EQ(taken.arguments.backup.place, "b");
  EXPECT_TRUE(taken.arguments.backup.is_incremental);
  EXPECT_EQ(taken.arguments.backup.keep, 7);
  ASSERT_FALSE(listed.is_done) << listed.text;
  EXPECT_EQ(listed.arguments.command, CommandName::backup_list);
  EXPECT_EQ(listed.arguments.backup.place, "b");
  EXPECT_TRUE(listed.arguments.is_json);
  ASSERT_FALSE(verified.is_done) << verified.text;
  EXPECT_EQ(verified.arguments.command, CommandName::backup_verify);
  EXPECT_EQ(verified.arguments.backup.at, "2026-11-30T04:00:00Z");
  ASSERT_FALSE(restored.is_done) << restored.text;
  EXPECT_EQ(restored.arguments.command, CommandName::restore);
  EXPECT_EQ(restored.arguments.backup.master_key_file, "k");
}

TEST(Arguments, tell_a_move_from_a_migration) {
  EXPECT_EQ(parse({"migrate"}).arguments.command, CommandName::migrate);
  auto moved = parse({"migrate", "--to", "mysql://h/d"});
  EXPECT_EQ(moved.arguments.command, CommandName::migrate_to);
  EXPECT_EQ(moved.arguments.move_target, "mysql://h/d");
}

TEST(Arguments, explain_mistakes_with_exit_code_2) {
  for (auto words : std::vector<std::vector<const char*>>{
           {},
           {"fly"},
           {"serve", "--port", "99999"},
           {"user", "add"},
           {"ask"},
           {"eval"},
           {"eval", "q.jsonl", "--make-template", "Manuals"},
           {"eval", "q.jsonl", "--csv", "--json"},
           {"eval", "q.jsonl", "--count", "9"},
           {"eval", "q.jsonl", "--concurrency", "0"},
           {"load"},
           {"load", "--url", "http://h:1"},
           {"load", "--url", "u", "--key", "k", "--users", "0"},
           {"load", "--url", "u", "--key", "k", "--rps", "-1"},
           {"load", "--url", "u", "--key", "k", "--connections", "5"},
           {"load", "--url", "u", "--key", "k", "--mix", "chat=1", "--profile", "mixed"},
           {"backup"},
           {"backup", "verify"},
           {"backup", "--to", "b", "--keep", "0"},
           {"restore", "--from", "b"},
           {"restore", "--data", "d"},
           {"eval", "q.jsonl", "--colour"}}) {
    auto parsed = parse(words);

    EXPECT_TRUE(parsed.is_done);
    EXPECT_EQ(parsed.exit_code, 2);
    EXPECT_FALSE(parsed.text.empty());
  }
}

TEST(Arguments, offer_help_with_exit_code_0) {
  auto parsed = parse({"ingest", "--help"});

  EXPECT_TRUE(parsed.is_done);
  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_NE(parsed.text.find("--kb"), std::string::npos);
}

}  // namespace
}  // namespace aiva::cli
