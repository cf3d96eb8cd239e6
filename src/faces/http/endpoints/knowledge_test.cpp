#include "faces/http/endpoints/knowledge_endpoints_fixture.h"

namespace aiva::http {
namespace {

TEST_F(KnowledgeEndpoints, serve_bases_in_both_spellings) {
  for (const auto& path : {tenant_path(), std::string("/api/knowledge")}) {
    auto made = send("POST", path,
                     R"({"name":"Handbook","description":"d","settings":{"chunk_size":500}})");
    EXPECT_EQ(made.status, 201);
    auto base = data(made);
    EXPECT_EQ(base.at("settings").get_object().at("chunk_size"), 500);
    EXPECT_EQ(text(base, "tenant_id"), tenant_.to_string());
    auto one = path + "/" + text(base, "id");

    EXPECT_EQ(send("POST", path, R"({"name":"Handbook"})").status, 409);
    EXPECT_EQ(text(data(send("GET", one)), "name"), "Handbook");
    EXPECT_EQ(text(data(send("PUT", one, R"({"name":"Renamed"})")), "name"), "Renamed");
    EXPECT_EQ(text(data(send("GET", one)), "name"), "Renamed");
    auto list = data(send("GET", path + "?limit=5"));
    EXPECT_EQ(list.at("total"), 1);
    EXPECT_EQ(text(list.at("items").at(0).get_object(), "name"), "Renamed");
    EXPECT_EQ(data(send("GET", one + "/stats")).at("total_documents"), 0);
    EXPECT_EQ(send("DELETE", one).status, 200);
    EXPECT_EQ(send("GET", one).status, 404);
    EXPECT_EQ(data(send("GET", path + "?limit=5")).at("total"), 0);
  }
}

TEST_F(KnowledgeEndpoints, take_settings_that_stand_beside_the_others) {
  auto base = data(send("POST", "/api/knowledge",
                        R"({"name":"A","type":"faq","chunk_size":700,"chunk_overlap":70})"));

  EXPECT_EQ(text(base, "type"), "faq");
  EXPECT_EQ(base.at("settings").get_object().at("chunk_overlap"), 70);
}

TEST_F(KnowledgeEndpoints, name_the_wrong_fields) {
  auto missing = send("POST", "/api/knowledge", "{}");
  auto wrong = send("POST", "/api/knowledge", R"({"name":"A","settings":{"chunk_size":1}})");
  auto page = send("GET", "/api/knowledge?page=0");

  EXPECT_EQ(missing.status, 422);
  EXPECT_NE(missing.body.find("\"name\""), std::string::npos) << missing.body;
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("settings.chunk_size"), std::string::npos) << wrong.body;
  EXPECT_EQ(page.status, 422);
  for (const char* body :
       {R"({"name":"A","enable_image_search":"yes"})", R"({"name":"A","embedding_model":{}})",
        R"({"name":"A","chunk_size":700,"settings":{"chunk_size":800}})"})
    EXPECT_EQ(send("POST", "/api/knowledge", body).status, 422) << body;
}

TEST_F(KnowledgeEndpoints, find_documents_by_part_of_their_name) {
  auto base = make_base();
  upload(base->id, "One.", "Warranty 100%.txt");
  upload(base->id, "Two.", "returns.txt");
  upload(base->id, "Three.", "returns_old.txt");
  auto documents = tenant_path() + "/" + base->id.to_string() + "/documents";

  EXPECT_EQ(data(send("GET", documents + "?search=RETURNS")).at("total"), 2);
  EXPECT_EQ(data(send("GET", documents + "?search=s_")).at("total"), 1);
  auto one = data(send("GET", documents + "?search=0%25"));
  EXPECT_EQ(one.at("total"), 1);
  EXPECT_EQ(text(one.at("items").at(0).get_object(), "filename"), "Warranty 100%.txt");
  EXPECT_EQ(data(send("GET", documents + "?search=returns&status=completed")).at("total"), 0);
  EXPECT_EQ(send("GET", documents + "?search=" + std::string(900, 'x')).status, 422);
}

TEST_F(KnowledgeEndpoints, change_the_metadata_of_documents) {
  auto base = make_base();
  auto document = upload(base->id, "text");
  auto path = "/api/v1/documents/" + document.id.to_string() + "/metadata";

  auto replaced = send("PUT", path, R"({"year":2024,"draft":true})");
  auto merged = send("PATCH", path, R"({"year":2025,"draft":null})");

  EXPECT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(data(merged).at("metadata").get_object().at("year"), 2025);
  EXPECT_FALSE(data(merged).at("metadata").get_object().contains("draft"));
  EXPECT_EQ(send("PUT", path, "[]").status, 422);
  EXPECT_EQ(send("PUT", path, R"({"a":")" + std::string(17'000, 'x') + "\"}").status, 422);
  EXPECT_EQ(send("PUT", path, "{}", "viewer").status, 403);
}

TEST_F(KnowledgeEndpoints, read_a_base_again_tell_how_far_it_is_and_stop) {
  auto base = make_base();
  upload(base->id, "text");
  run_due_jobs();
  auto path = tenant_path() + "/" + base->id.to_string();

  EXPECT_EQ(text(data(send("GET", path + "/reindex")), "state"), "none");
  auto started = send("POST", path + "/reindex");
  EXPECT_EQ(started.status, 202) << started.body;
  EXPECT_EQ(text(data(started), "state"), "running");
  EXPECT_EQ(text(data(send("DELETE", path + "/reindex")), "state"), "cancelled");
  EXPECT_EQ(send("DELETE", path + "/reindex").status, 409);
  EXPECT_EQ(send("POST", path + "/reindex").status, 202);
  run_due_jobs();
  auto reindex = data(send("GET", path + "/stats")).at("reindex").get_object();
  EXPECT_EQ(text(reindex, "state"), "completed");
  EXPECT_EQ(reindex.at("done"), 1);
}

}  // namespace
}  // namespace aiva::http
