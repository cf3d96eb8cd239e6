#include "capabilities/knowledge/passage_rows.h"

#include "capabilities/knowledge/testing/knowledge_fixture.h"

namespace aiva::knowledge {
namespace {

class PassageRowsOf : public KnowledgeFixture {
 protected:
  Result<RowsOfDocument> read(const CallContext& context, RowsRequest request) {
    auto rows = make_passage_rows(*rows_);
    return sync_wait(rows->read(context, std::move(request)));
  }
};

TEST_F(PassageRowsOf, a_document_come_in_order_with_their_vectors) {
  auto base = make_base();
  auto document = upload(base->id, paragraphs(8));
  run_all_jobs();
  RowsRequest request{.knowledge_base = base->id,
                      .document = document.id,
                      .count_max = 3,
                      .model = embedder_.model(),
                      .dimension = embedder_.dimension()};

  std::vector<std::string> found;
  for (;;) {
    auto some = read(context(), request);
    ASSERT_TRUE(some) << some.error().message;
    if (some->passages.empty()) break;
    EXPECT_LE(some->passages.size(), 3U);
    for (const auto& passage : some->passages) {
      EXPECT_EQ(passage.vector.size(), embedder_.dimension());
      found.push_back(passage.text);
    }
    request.row_last = some->row_last;
  }

  EXPECT_EQ(found, texts());
  EXPECT_GT(found.size(), 3U);
}

TEST_F(PassageRowsOf, another_tenant_do_not_exist) {
  auto base = make_base();
  auto document = upload(base->id, "Some text.");
  run_all_jobs();

  auto some = read(stranger(), {.knowledge_base = base->id, .document = document.id});

  ASSERT_FALSE(some);
  EXPECT_EQ(some.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::knowledge
