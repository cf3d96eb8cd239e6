#include "capabilities/knowledge/chunk_preview.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

class PreviewOf : public KnowledgeFixture {
 protected:
  Result<ChunkPreview> preview(PreviewRequest request, CallContext context) {
    auto previews = make_chunk_previews({.knowledge = *knowledge_,
                                         .database = database_,
                                         .objects = objects_,
                                         .reader = reader_,
                                         .embedder = embedder_,
                                         .count_tokens = count_words},
                                        {.file_bytes_max = 100'000});
    return sync_wait(previews->preview(std::move(context), std::move(request)));
  }
  Result<ChunkPreview> preview(PreviewRequest request) {
    return preview(std::move(request), context());
  }
  [[nodiscard]] std::ptrdiff_t staged_files() const {
    std::filesystem::directory_iterator files(objects_.staging_folder());
    return std::distance(begin(files), end(files));
  }

  KnowledgeBasePointer base_;
  void SetUp() override {
    KnowledgeFixture::SetUp();
    base_ = make_base();
  }
};

TEST_F(PreviewOf, a_text_shows_its_chunks_and_stores_nothing) {
  auto shown = preview({.knowledge_base = base_->id, .text = "# Returns\n\nSend it back."});

  ASSERT_TRUE(shown) << shown.error().message << shown.error().cause;
  ASSERT_EQ(shown->chunks.items.size(), 1U);
  EXPECT_EQ(shown->chunks.items[0].text, "Send it back.");
  EXPECT_EQ(shown->chunks.items[0].heading_path, "Returns");
  EXPECT_EQ(shown->chunks.total, 1);
  EXPECT_EQ(shown->tokens, 3);
  EXPECT_EQ(shown->document.pages_read, 1);
  EXPECT_EQ(staged_files(), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM document_chunks"), 0);
}

TEST_F(PreviewOf, a_document_shows_the_chunks_it_was_given) {
  auto document = upload(base_->id, paragraphs(30));
  run_due_jobs();

  auto shown = preview(
      {.knowledge_base = base_->id, .document = document.id, .page = {.page = 2, .limit = 7}});

  ASSERT_TRUE(shown) << shown.error().message;
  auto stored = texts();
  EXPECT_EQ(shown->chunks.total, static_cast<std::int64_t>(stored.size()));
  ASSERT_EQ(shown->chunks.items.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(shown->chunks.items[i].index, static_cast<std::int64_t>(7 + i));
    EXPECT_EQ(shown->chunks.items[i].text, stored[7 + i]);
  }
}

TEST_F(PreviewOf, a_page_behind_the_last_is_empty) {
  auto shown = preview(
      {.knowledge_base = base_->id, .text = "One.", .page = {.page = 1'000'000, .limit = 200}});

  ASSERT_TRUE(shown);
  EXPECT_TRUE(shown->chunks.items.empty());
  EXPECT_EQ(shown->chunks.total, 1);
}

TEST_F(PreviewOf, a_text_is_cut_as_asked) {
  auto shown = preview(
      {.knowledge_base = base_->id, .text = paragraphs(1), .chunk_size = 200, .chunk_overlap = 20});

  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_GT(shown->chunks.total, 5);
  EXPECT_EQ(shown->cut.chunk_size, 200);
  for (const auto& chunk : shown->chunks.items) EXPECT_LE(chunk.text.size(), 200U);
}

TEST_F(PreviewOf, nothing_valid_says_what_is_wrong) {
  auto base = base_->id;
  auto field_of = [this](PreviewRequest request) {
    auto shown = preview(std::move(request));
    if (shown || shown.error().code != ErrorCode::invalid) return std::string("none");
    return shown.error().details.empty() ? "" : shown.error().details[0].field;
  };

  EXPECT_EQ(field_of({.knowledge_base = base, .text = " \n"}), "text");
  EXPECT_EQ(field_of({.knowledge_base = base, .text = "\xFF"}), "text");
  EXPECT_EQ(field_of({.knowledge_base = base, .text = "a", .chunk_size = 99}), "chunk_size");
  EXPECT_EQ(field_of({.knowledge_base = base, .text = "a", .chunk_size = 8001}), "chunk_size");
  EXPECT_EQ(
      field_of({.knowledge_base = base, .text = "a", .chunk_size = 100, .chunk_overlap = 100}),
      "chunk_overlap");
  EXPECT_EQ(field_of({.knowledge_base = base, .text = "a", .page = {.page = 0}}), "page");
  EXPECT_EQ(field_of({.knowledge_base = base, .text = "BROKEN"}), "file");
}

TEST_F(PreviewOf, what_is_foreign_or_too_large_is_refused) {
  auto document = upload(base_->id, "Text.");
  auto other_base = make_base("Other");
  auto code_of = [this](PreviewRequest request, CallContext call) {
    auto shown = preview(std::move(request), std::move(call));
    return shown ? ErrorCode::internal : shown.error().code;
  };

  EXPECT_EQ(code_of({.knowledge_base = base_->id, .text = "a"}, stranger()), ErrorCode::not_found);
  EXPECT_EQ(code_of({.knowledge_base = base_->id, .document = document.id}, stranger()),
            ErrorCode::not_found);
  EXPECT_EQ(code_of({.knowledge_base = other_base->id, .document = document.id}, context()),
            ErrorCode::not_found);
  EXPECT_EQ(code_of({.knowledge_base = base_->id, .text = std::string(100'001, 'a')}, context()),
            ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::knowledge
