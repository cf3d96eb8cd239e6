#include "adapters/sqlite/fts_keyword_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/sqlite/keyword_query.h"
#include "adapters/sqlite/test_database.h"

namespace aiva {
namespace {

TEST(KeywordQuery, quotes_every_word_and_joins_them_with_or) {
  EXPECT_EQ(make_keyword_query("kb", "Reset password"),
            R"(scope:"kb" AND {text heading_path}:("reset" OR "password"))");
}

TEST(KeywordQuery, leaves_stop_words_out_only_when_others_remain) {
  EXPECT_EQ(make_keyword_query("kb", "How do I reset the password?"),
            make_keyword_query("kb", "reset password"));
  EXPECT_EQ(make_keyword_query("kb", "who are you"),
            R"(scope:"kb" AND {text heading_path}:("who" OR "are" OR "you"))");
}

TEST(KeywordQuery, is_empty_without_words) {
  EXPECT_EQ(make_keyword_query("kb", ""), "");
  EXPECT_EQ(make_keyword_query("kb", " ?!… — \"\" * "), "");
}

TEST(KeywordQuery, takes_at_most_32_different_words) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word" + std::to_string(i % 50) + " ";

  auto query = make_keyword_query("kb", text);

  EXPECT_NE(query.find("\"word31\""), std::string::npos);
  EXPECT_EQ(query.find("\"word32\""), std::string::npos);
}

class FtsKeywordIndexTest : public ::testing::Test {
 protected:
  KnowledgeBaseId add_base(TenantId tenant, const std::string& name) {
    auto id = KnowledgeBaseId::make();
    must([&](SqlSession& session) -> Result<void> {
      TRY_VOID(
          session.execute("INSERT INTO knowledge_bases (id, tenant_id, name, created_at, "
                          "updated_at) VALUES (?, ?, ?, 0, 0)",
                          {id, tenant, name}));
      TRY_VOID(session.execute(
          "INSERT INTO documents (id, tenant_id, kb_id, filename, file_size_bytes, "
          "content_sha256, object_key, created_at, updated_at) VALUES (?, ?, ?, 'a.txt', 1, '', "
          "'', 0, 0)",
          {id, tenant, id}));
      return {};
    });
    return id;
  }
  ChunkId add_chunk(TenantId tenant, KnowledgeBaseId base, const std::string& text,
                    const std::string& heading = {}) {
    auto id = ChunkId::make();
    auto scope = keyword_scope(base);
    int index = chunk_count_++;
    must([&](SqlSession& session) -> Result<void> {
      TRY_VOID(session.execute(
          "INSERT INTO document_chunks (id, tenant_id, kb_id, document_id, chunk_index, text, "
          "heading_path, scope, page_first, page_last, token_count, created_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 1, 0)",
          {id, tenant, base, base, index, text, heading, scope}));
      return {};
    });
    return id;
  }
  std::vector<ChunkId> find(KnowledgeBaseId base, std::string query, std::size_t count_max = 10,
                            TenantId tenant = {}) {
    auto hits = sync_wait(index_->search({.tenant = tenant}, base, std::move(query), count_max));
    EXPECT_TRUE(hits.has_value()) << (hits ? "" : hits.error().cause);
    std::vector<ChunkId> ids;
    if (!hits) return ids;
    for (std::size_t i = 0; i < hits->size(); ++i) {
      EXPECT_GT((*hits)[i].score, 0);
      if (i > 0) EXPECT_GE((*hits)[i - 1].score, (*hits)[i].score);
      ids.push_back((*hits)[i].chunk);
    }
    return ids;
  }
  template <class Body>
  void must(Body body) {
    auto done = sync_wait(write(*database_, {}, body));
    ASSERT_TRUE(done.has_value()) << done.error().cause;
  }

  TestDatabase database_;
  std::unique_ptr<KeywordIndex> index_ = make_fts_keyword_index(*database_);
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = add_base(tenant_, "one");
  int chunk_count_ = 0;
};

TEST_F(FtsKeywordIndexTest, finds_inflected_words_best_first) {
  auto other = add_chunk(tenant_, base_, "The printer is quiet. This speaks of paper and trays.");
  auto best = add_chunk(tenant_, base_, "Install printers: installing a printer takes a minute.");
  add_chunk(tenant_, base_, "Nothing of the kind.");

  EXPECT_EQ(find(base_, "How are printers installed?"), (std::vector{best, other}));
}

TEST_F(FtsKeywordIndexTest, weighs_a_heading_above_the_text) {
  auto in_text =
      add_chunk(tenant_, base_, "A word about warranty stands here in the text.", "Other");
  auto in_heading =
      add_chunk(tenant_, base_, "A word about nothing stands here in the text.", "Warranty");

  EXPECT_EQ(find(base_, "warranty"), (std::vector{in_heading, in_text}));
}

TEST_F(FtsKeywordIndexTest, stays_inside_the_knowledge_base_and_the_tenant) {
  auto second_base = add_base(tenant_, "two");
  auto mine = add_chunk(tenant_, base_, "shared secret");
  auto foreign = add_chunk(tenant_, second_base, "shared secret");

  EXPECT_EQ(find(base_, "secret"), std::vector{mine});
  EXPECT_EQ(find(second_base, "secret", 10, tenant_), std::vector{foreign});
  EXPECT_TRUE(find(second_base, "secret", 10, database_.add_tenant("Other")).empty());
}

TEST_F(FtsKeywordIndexTest, returns_at_most_as_many_as_asked) {
  for (int i = 0; i < 5; ++i) add_chunk(tenant_, base_, "word");

  EXPECT_EQ(find(base_, "word", 3).size(), 3U);
  EXPECT_TRUE(find(base_, "word", 0).empty());
}

TEST_F(FtsKeywordIndexTest, forgets_deleted_chunks) {
  add_chunk(tenant_, base_, "vanishing");

  must([&](SqlSession& session) -> Result<void> {
    TRY_VOID(session.execute("DELETE FROM document_chunks"));
    return {};
  });

  EXPECT_TRUE(find(base_, "vanishing").empty());
}

TEST_F(FtsKeywordIndexTest, treats_query_syntax_as_text) {
  auto chunk = add_chunk(tenant_, base_, "near the parentheses");

  for (const auto* query :
       {"\"near", "near(parentheses", "text:near AND OR NOT *", "near\" OR scope:\"x", "^near-",
        "near\\", "{near}", "ne\xFF\xC3 near", "'; DROP TABLE near; --"})
    EXPECT_EQ(find(base_, query), std::vector{chunk}) << query;
}

TEST_F(FtsKeywordIndexTest, ignores_accents_and_case) {
  auto chunk = add_chunk(tenant_, base_, "Le Café de Zürich");

  EXPECT_EQ(find(base_, "CAFE"), std::vector{chunk});
  EXPECT_EQ(find(base_, "zürich"), std::vector{chunk});
  EXPECT_EQ(find(base_, "ZURICH"), std::vector{chunk});
}

}  // namespace
}  // namespace aiva
