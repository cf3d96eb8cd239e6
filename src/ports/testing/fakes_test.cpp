#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "ports/testing/cache_contract.h"
#include "ports/testing/fake_chat_model.h"
#include "ports/testing/fake_reranker.h"
#include "ports/testing/fake_text_embedder.h"
#include "ports/testing/folder_object_store.h"
#include "ports/testing/inline_document_reader.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/map_cache.h"
#include "ports/testing/object_store_contract.h"
#include "ports/testing/passage_index_contract.h"
#include "ports/testing/plain_passage_index.h"
#include "ports/testing/reranker_contract.h"
#include "ports/testing/scripted_http_client.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreContract);

CacheSubject make_map_cache() {
  auto clock = std::make_shared<ManualClock>();
  return {.cache = std::make_unique<MapCache>(*clock),
          .advance = [clock](std::chrono::milliseconds by) { clock->advance(by); },
          .keeps = clock};
}
INSTANTIATE_TEST_SUITE_P(Map, CacheContract, ::testing::Values(make_map_cache));

float cosine(const Embeddings& embeddings, std::size_t a, std::size_t b) {
  auto left = embeddings.row(a);
  auto right = embeddings.row(b);
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0F);
}

std::vector<ChatDelta> read_all(ChatStream& stream) {
  std::vector<ChatDelta> deltas;
  for (;;) {
    auto delta = sync_wait(stream.next({}));
    if (!delta || !*delta) return deltas;
    deltas.push_back(std::move(**delta));
  }
}

TEST(ManualClock, moves_only_when_told) {
  ManualClock clock(1000);
  auto before = clock.steady();

  clock.advance(std::chrono::milliseconds(250));

  EXPECT_EQ(clock.unix_ms(), 1250);
  EXPECT_EQ(clock.steady() - before, std::chrono::milliseconds(250));
}

TEST(FakeTextEmbedder, puts_texts_that_share_words_nearer_than_others) {
  FakeTextEmbedder embedder;

  auto embeddings = sync_wait(embedder.embed(
      {}, {"The return window is thirty days.", "How long is the RETURN window?", "Blue whales"}));

  ASSERT_TRUE(embeddings.has_value());
  EXPECT_NEAR(cosine(*embeddings, 0, 0), 1, 1e-5);
  EXPECT_GT(cosine(*embeddings, 0, 1), cosine(*embeddings, 0, 2) + 0.3F);
  EXPECT_EQ(embeddings->tokens, 6 + 6 + 2);
}

TEST(FakeTextEmbedder, gives_a_text_without_words_a_unit_vector) {
  FakeTextEmbedder embedder(8);

  auto embeddings = sync_wait(embedder.embed({}, {"", "?!"}));

  ASSERT_TRUE(embeddings.has_value());
  EXPECT_FLOAT_EQ(cosine(*embeddings, 0, 1), 1);
}

TEST(FakeTextEmbedder, fails_as_often_as_told) {
  FakeTextEmbedder embedder;
  embedder.fail_next(1, Error{.code = ErrorCode::unavailable, .message = "down"});

  EXPECT_FALSE(sync_wait(embedder.embed({}, {"a"})).has_value());
  EXPECT_TRUE(sync_wait(embedder.embed({}, {"a"})).has_value());
}

TEST(FakeChatModel, says_its_answer_in_pieces_and_counts_words) {
  FakeChatModel model("Thirty days. [1]");
  ChatRequest request{.messages = {{ChatRole::user, "How long may I return?"}}};

  auto stream = sync_wait(model.open({}, request));
  ASSERT_TRUE(stream.has_value());
  auto deltas = read_all(**stream);

  ASSERT_EQ(deltas.size(), 4U);
  EXPECT_EQ(deltas[0].text + deltas[1].text + deltas[2].text, "Thirty days. [1]");
  EXPECT_EQ(deltas[3].finish_reason, "stop");
  ASSERT_TRUE(deltas[3].usage.has_value());
  EXPECT_EQ(deltas[3].usage->input_tokens, 5);
  EXPECT_EQ(deltas[3].usage->output_tokens, 3);
  EXPECT_EQ(model.requests().size(), 1U);
}

TEST(FakeChatModel, breaks_off_where_told) {
  FakeChatModel model("one two three");
  model.cut_streams_after(1);

  auto stream = sync_wait(model.open({}, {.messages = {}}));
  ASSERT_TRUE(stream.has_value());
  ASSERT_TRUE(sync_wait((*stream)->next({})).has_value());
  auto broken = sync_wait((*stream)->next({}));

  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, ErrorCode::unavailable);
}

TEST(InlineDocumentReader, reads_pages_headings_and_paragraphs) {
  TemporaryFolder folder;
  auto file = folder.write("guide.md", "# Returns\n\nThirty days.\n\fShipping\nis free.\n");
  InlineDocumentReader reader;
  std::vector<Block> blocks;
  DocumentSink sink{.blocks = [&blocks](std::vector<Block> page) -> Result<void> {
                      blocks.insert(blocks.end(), page.begin(), page.end());
                      return {};
                    },
                    .progress = {}};

  auto summary = sync_wait(reader.read({}, file, {.file_name = "guide.md"}, sink));

  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->pages, 2);
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].kind, BlockKind::heading);
  EXPECT_EQ(blocks[0].text, "Returns");
  EXPECT_EQ(blocks[1].page, 1);
  EXPECT_EQ(blocks[2].text, "Shipping\nis free.");
  EXPECT_EQ(blocks[2].page, 2);
}

INSTANTIATE_TEST_SUITE_P(Plain, PassageIndexContract,
                         ::testing::Values([] { return std::make_unique<PlainPassageIndex>(); }));

TEST(FolderObjectStore, keeps_and_removes_objects) {
  FolderObjectStore store;
  auto file = store.staging_folder() / "upload";
  std::ofstream(file) << "text";

  ASSERT_TRUE(sync_wait(store.put_file({}, "a/b", file)).has_value());
  EXPECT_EQ(read_whole_file(*sync_wait(store.local_copy({}, "a/b"))), "text");
  ASSERT_TRUE(sync_wait(store.remove({}, "a/b")).has_value());

  EXPECT_FALSE(store.has("a/b"));
}

TEST(ScriptedHttpClient, streams_a_body_in_pieces) {
  ScriptedHttpClient client(
      [](const HttpRequest&) -> Result<HttpResponse> {
        return HttpResponse{.status = 200, .body = "abc"};
      },
      2);

  auto stream = sync_wait(client.open({}, {.url = "https://example.org/"}));

  ASSERT_TRUE(stream.has_value());
  EXPECT_EQ(*sync_wait((*stream)->next({})), "ab");
  EXPECT_EQ(*sync_wait((*stream)->next({})), "c");
  EXPECT_EQ(*sync_wait((*stream)->next({})), std::nullopt);
  EXPECT_EQ(client.requests().at(0).url, "https://example.org/");
}

RerankerSubject make_fake_reranker() {
  return {.reranker = std::make_unique<FakeReranker>(),
          .query = "return goods",
          .good_text = "You may return goods.",
          .bad_text = "The hall opens at nine."};
}
INSTANTIATE_TEST_SUITE_P(Fake, RerankerContract, ::testing::Values(make_fake_reranker));

}  // namespace
}  // namespace aiva
