#include "faces/http/endpoints/kept_answers.h"

#include <gtest/gtest.h>

#include "foundation/json.h"

namespace aiva::http {
namespace {

class ForgetfulSearch final : public search::Search {
 public:
  Task<Result<search::SearchAnswer>> search(CallContext, search::SearchRequest) override {
    co_return fail(internal_error("Nobody searches here"));
  }
  Task<Result<std::int64_t>> forget_answers(CallContext, KnowledgeBaseId base) override {
    if (base != known) co_return fail(ErrorCode::not_found, "There is no such knowledge base");
    co_return 12;
  }
  KnowledgeBaseId known = KnowledgeBaseId::make();
};

TEST(KeptAnswers, are_forgotten_under_both_paths_by_those_who_write_knowledge) {
  ForgetfulSearch search;
  auto routes = kept_answer_routes(search);

  ASSERT_EQ(routes.size(), 2U);
  for (const auto& route : routes) {
    EXPECT_EQ(route.method, Method::del);
    EXPECT_EQ(route.right.permission(), identity::Permission::knowledge_write);
    Request request;
    request.path_parameters = {{"kbId", search.known.to_string()}};
    auto response = sync_wait(route.handler({}, request));
    ASSERT_TRUE(response);
    EXPECT_EQ(json::parse(response->body)->at("data").at("answers_forgotten"), 12);

    for (const auto& unknown : {KnowledgeBaseId::make().to_string(), std::string("x")}) {
      request.path_parameters = {{"kbId", unknown}};
      EXPECT_EQ(sync_wait(route.handler({}, request)).error().code, ErrorCode::not_found);
    }
  }
}

}  // namespace
}  // namespace aiva::http
