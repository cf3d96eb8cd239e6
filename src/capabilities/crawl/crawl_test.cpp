#include "capabilities/crawl/crawl.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::crawl {
namespace {

using knowledge::CrashingDatabase;
using Texts = std::vector<std::string>;

// A site of a few pages that the test writes, read into real rows.
class CrawlOf : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    make();
  }

  void make() {
    crawler_ = make_crawler({.database = database_,
                             .knowledge = *knowledge_,
                             .http = http_,
                             .reader = reader_,
                             .objects = objects_,
                             .jobs = *jobs_,
                             .clock = clock_,
                             .metrics = metrics_},
                            crawl_settings_);
  }

  void restart_all() {
    crawler_.reset();
    restart();
    make();
  }

  void page(const std::string& url, const std::string& text,
            const std::string& type = "text/html; charset=utf-8") {
    site_[url] = {.status = 200, .headers = {{"Content-Type", type}}, .body = text};
  }
  void redirect(const std::string& url, const std::string& to) {
    site_[url] = {.status = 301, .headers = {{"Location", to}}};
  }
  void robots(const std::string& text) {
    page("https://shop.example/robots.txt", text, "text/plain");
  }

  Crawl start(KnowledgeBaseId base, CrawlRequest request) {
    auto crawl = sync_wait(crawler_->start(context(), base, std::move(request)));
    if (!crawl) ADD_FAILURE() << crawl.error().message;
    return crawl.value_or(Crawl{});
  }
  Crawl get(CrawlId id) {
    auto crawl = sync_wait(crawler_->get(context(), id));
    if (!crawl) ADD_FAILURE() << crawl.error().message;
    return crawl.value_or(Crawl{});
  }
  bool step() {
    auto jobs = sync_wait(jobs_->lease({}, {crawl_job_kind}, 1, "w1", lease));
    if (!jobs || jobs->empty()) return false;
    auto outcome = sync_wait(crawler_->run(context(), jobs->front()));
    if (outcome) (void)sync_wait(jobs_->finish({}, jobs->front().id, "w1", *outcome));
    return true;
  }
  // Does every step, waiting between them as the site asks.
  int crawl_all() {
    int steps = 0;
    for (int quiet = 0; quiet < 20; clock_.advance(std::chrono::seconds(10))) {
      bool has_run = step();
      quiet = has_run ? 0 : quiet + 1;
      steps += has_run ? 1 : 0;
    }
    return steps;
  }
  Crawl crawl(KnowledgeBaseId base, CrawlRequest request) {
    auto id = start(base, std::move(request)).id;
    crawl_all();
    return get(id);
  }
  // The addresses of all documents, sorted.
  Texts sources() {
    Texts found;
    auto outcome = sync_wait(read(*rows_, {}, [&found](SqlSession& sql) {
      return sql.query(
          "SELECT metadata FROM documents", {}, [&found](const SqlRow& row) -> Result<void> {
            auto metadata = json::parse(row.text(0));
            found.emplace_back(metadata->get_object().at("source_url").as_string().c_str());
            return {};
          });
    }));
    EXPECT_TRUE(outcome.has_value());
    std::ranges::sort(found);
    return found;
  }
  int asked(const std::string& url) {
    return static_cast<int>(std::ranges::count(http_.requests(), url, &HttpRequest::url));
  }
  static std::string reason(const Crawl& crawl, const std::string& url) {
    for (const auto& note : crawl.notes)
      if (note.url == url) return note.reason;
    return {};
  }

  std::map<std::string, HttpResponse> site_;
  std::optional<Error> failure_;
  ScriptedHttpClient http_{[this](const HttpRequest& request) -> Result<HttpResponse> {
    if (failure_) return fail(*failure_);
    auto found = site_.find(request.url);
    return found == site_.end() ? HttpResponse{.status = 404, .body = "none"} : found->second;
  }};
  CrawlSettings crawl_settings_;
  std::unique_ptr<Crawler> crawler_;
};

TEST_F(CrawlOf, a_site_follows_its_links_and_stays_on_its_host) {
  page("https://shop.example/", "Welcome.\n-> /a\n-> b.html#top\n-> https://other.example/x\n");
  page("https://shop.example/a", "Page A.\n-> /deep\n-> mailto:x@example.com\n");
  page("https://shop.example/b.html", "Page B.\n");
  page("https://shop.example/deep", "Deep.\n-> /deeper\n");
  page("https://shop.example/deeper", "Deeper.\n");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://Shop.Example", .metadata = R"({"team":"web"})"});

  EXPECT_EQ(done.state, CrawlState::completed) << done.error_message;
  EXPECT_EQ(done.pages_fetched, 4);
  EXPECT_EQ(sources(), (Texts{"https://shop.example/", "https://shop.example/a",
                              "https://shop.example/b.html", "https://shop.example/deep"}));
  EXPECT_EQ(asked("https://other.example/x"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE metadata LIKE '%\"team\":\"web\"%'"), 4);
  run_due_jobs();
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status = 'completed'"), 4);
  EXPECT_TRUE(std::filesystem::is_empty(objects_.staging_folder()));
}

TEST_F(CrawlOf, a_site_obeys_its_robots_txt_and_waits_between_requests) {
  robots("User-agent: *\nDisallow: /private\nCrawl-delay: 3\n");
  page("https://shop.example/", "Welcome.\n-> /private/x\n-> /open\n");
  page("https://shop.example/open", "Open.\n");
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;

  ASSERT_TRUE(step());
  EXPECT_FALSE(step());
  clock_.advance(std::chrono::milliseconds(2999));
  EXPECT_FALSE(step());
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(step());
  crawl_all();

  EXPECT_EQ(sources(), (Texts{"https://shop.example/", "https://shop.example/open"}));
  EXPECT_EQ(asked("https://shop.example/private/x"), 0);
  EXPECT_EQ(get(id).state, CrawlState::completed);
}

TEST_F(CrawlOf, a_forbidden_start_fails_with_the_reason) {
  robots("User-agent: AIVA\nDisallow: /\n");
  page("https://shop.example/", "Welcome.");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://shop.example/"});

  EXPECT_EQ(done.state, CrawlState::failed);
  EXPECT_EQ(reason(done, "https://shop.example/"), "robots.txt forbids it");
}

TEST_F(CrawlOf, a_site_whose_robots_txt_fails_reads_nothing) {
  site_["https://shop.example/robots.txt"] = {.status = 503};
  page("https://shop.example/", "Welcome.");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://shop.example/"});

  EXPECT_EQ(done.state, CrawlState::failed);
  EXPECT_EQ(asked("https://shop.example/"), 0);
}

TEST_F(CrawlOf, a_site_finds_pages_in_its_sitemaps) {
  robots("Sitemap: https://shop.example/index.xml\nSitemap: https://other.example/map.xml\n");
  page("https://shop.example/", "Welcome.");
  page("https://shop.example/index.xml",
       "<sitemapindex><sitemap><loc>https://shop.example/map.xml</loc></sitemap></sitemapindex>",
       "application/xml");
  page("https://shop.example/map.xml",
       "<urlset><url><loc>https://shop.example/hidden</loc></url>"
       "<url><loc>https://other.example/x</loc></url></urlset>",
       "application/xml");
  page("https://shop.example/hidden", "Hidden.");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://shop.example/", .max_depth = 1});

  EXPECT_EQ(sources(), (Texts{"https://shop.example/", "https://shop.example/hidden"}));
  EXPECT_EQ(done.pages_found, 2);
  EXPECT_EQ(asked("https://other.example/map.xml"), 0);
}

TEST_F(CrawlOf, a_site_takes_the_same_page_once) {
  page("https://shop.example/", "Welcome.\n-> /a?x=1\n-> /a?x=2\n-> /copy\n-> /old\n");
  page("https://shop.example/a?x=1", "Page A one.\n-> # canonical /a\n");
  page("https://shop.example/a?x=2", "Page A two.\n-> # canonical /a\n");
  page("https://shop.example/copy", "Copied.\n");
  page("https://shop.example/copy2", "Copied.\n");
  redirect("https://shop.example/old", "/copy2");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://shop.example/"});

  EXPECT_EQ(sources(), (Texts{"https://shop.example/", "https://shop.example/a",
                              "https://shop.example/copy"}));
  EXPECT_EQ(reason(done, "https://shop.example/a?x=2"), "The same page as https://shop.example/a");
  EXPECT_EQ(reason(done, "https://shop.example/old"), "The same page as https://shop.example/copy");
}

TEST_F(CrawlOf, a_site_again_makes_versions_of_what_changed) {
  page("https://shop.example/", "Welcome.\n-> /a\n");
  page("https://shop.example/a", "Old.\n");
  auto base = make_base();
  crawl(base->id, {.url = "https://shop.example/"});
  run_due_jobs();
  page("https://shop.example/a", "New.\n");

  auto again = crawl(base->id, {.url = "https://shop.example/"});
  run_due_jobs();

  EXPECT_EQ(again.pages_fetched, 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE version = 2"), 1);
  expect_consistent_rows();
}

TEST_F(CrawlOf, a_start_may_lead_to_another_host_but_no_other_page) {
  redirect("http://shop.example/", "https://www.shop.example/home");
  page("https://www.shop.example/home", "Home.\n-> /out\n");
  redirect("https://www.shop.example/out", "https://tracker.example/");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "http://shop.example/"});

  EXPECT_EQ(done.state, CrawlState::completed) << done.error_message;
  EXPECT_EQ(sources(), Texts{"https://www.shop.example/home"});
  EXPECT_EQ(asked("https://www.shop.example/robots.txt"), 1);
  EXPECT_EQ(asked("https://tracker.example/"), 0);
  EXPECT_EQ(reason(done, "https://www.shop.example/out"),
            "It leads to another site: https://tracker.example/");
}

TEST_F(CrawlOf, hosts_that_lead_to_each_other_ends) {
  redirect("https://a.example/", "https://b.example/");
  redirect("https://b.example/", "https://a.example/");
  redirect("https://c.example/", "/");
  auto base = make_base();

  EXPECT_EQ(crawl(base->id, {.url = "https://a.example/"}).state, CrawlState::failed);
  EXPECT_EQ(crawl(base->id, {.url = "https://c.example/"}).state, CrawlState::failed);
}

TEST_F(CrawlOf, a_site_keeps_to_the_most_pages_and_to_depth_zero) {
  std::string links;
  for (int i = 0; i < 50; ++i) {
    auto path = "/p" + std::to_string(i);
    links += "-> " + path + "\n";
    page("https://shop.example" + path, "Page " + path);
  }
  page("https://shop.example/", "Welcome.\n" + links);
  auto base = make_base();
  auto other = make_base("Other");

  auto few = crawl(base->id, {.url = "https://shop.example/", .max_pages = 5});
  auto alone = crawl(other->id, {.url = "https://shop.example/", .max_depth = 0});

  EXPECT_EQ(few.pages_fetched, 5);
  EXPECT_EQ(few.pages_found, 51);
  EXPECT_EQ(alone.pages_found, 1);
}

TEST_F(CrawlOf, a_site_notes_what_could_not_be_read) {
  page("https://shop.example/", "Welcome.\n-> /gone\n-> /photo\n-> /broken.pdf\n-> /noindex\n");
  page("https://shop.example/photo", "bytes", "image/png");
  page("https://shop.example/broken.pdf", "BROKEN", "application/pdf");
  page("https://shop.example/noindex", "Not for keeping.\n-> # robots noindex\n-> /linked\n");
  page("https://shop.example/linked", "Linked.");
  auto base = make_base();

  auto done = crawl(base->id, {.url = "https://shop.example/"});

  EXPECT_EQ(done.state, CrawlState::completed);
  EXPECT_EQ(reason(done, "https://shop.example/gone"), "The site answered 404");
  EXPECT_EQ(reason(done, "https://shop.example/photo"), "No document can be made of image/png");
  EXPECT_EQ(reason(done, "https://shop.example/noindex"), "The page asks not to be kept");
  EXPECT_EQ(sources(), (Texts{"https://shop.example/", "https://shop.example/broken.pdf",
                              "https://shop.example/linked"}));
}

TEST_F(CrawlOf, a_site_never_asks_for_addresses_of_the_own_network) {
  failure_ = Error{.code = ErrorCode::forbidden, .message = "The address is not public"};
  auto base = make_base();

  auto done = crawl(base->id, {.url = "http://169.254.169.254/latest/meta-data"});
  auto report = sync_wait(crawler_->test(context(), "http://localhost/"));

  EXPECT_EQ(done.state, CrawlState::failed);
  EXPECT_EQ(done.error_message, "The address is not public");
  EXPECT_FALSE(report->is_reachable);
  EXPECT_EQ(report->error, "The address is not public");
  for (const auto& request : http_.requests()) EXPECT_FALSE(request.may_reach_private_addresses);
}

TEST_F(CrawlOf, a_site_that_does_not_answer_is_tried_again_and_given_up) {
  failure_ = Error{.code = ErrorCode::unavailable, .message = "No connection"};
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;

  ASSERT_TRUE(step());
  EXPECT_EQ(get(id).state, CrawlState::queued);
  crawl_all();

  EXPECT_EQ(get(id).state, CrawlState::failed);
  EXPECT_EQ(get(id).error_message, "No connection");
  EXPECT_EQ(asked("https://shop.example/robots.txt"), 5);
}

TEST_F(CrawlOf, a_site_is_cancelled_and_leaves_its_documents) {
  page("https://shop.example/", "Welcome.\n-> /a\n");
  page("https://shop.example/a", "Page A.");
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;
  ASSERT_TRUE(step());
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(step());

  auto cancelled = sync_wait(crawler_->cancel(context(), id));

  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->state, CrawlState::cancelled);
  EXPECT_EQ(crawl_all(), 0);
  EXPECT_EQ(sources(), Texts{"https://shop.example/"});
  EXPECT_EQ(sync_wait(crawler_->cancel(context(), id)).error().code, ErrorCode::conflict);
}

TEST_F(CrawlOf, a_site_is_its_tenants_business) {
  page("https://shop.example/", "Welcome.");
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;

  EXPECT_EQ(sync_wait(crawler_->get(stranger(), id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(crawler_->cancel(stranger(), id)).error().code, ErrorCode::not_found);
  EXPECT_EQ(sync_wait(crawler_->start(stranger(), base->id, {.url = "https://shop.example/"}))
                .error()
                .code,
            ErrorCode::not_found);
}

TEST_F(CrawlOf, impossible_wishes_are_refused) {
  auto base = make_base();
  auto code = [&](CrawlRequest request) {
    auto crawl = sync_wait(crawler_->start(context(), base->id, std::move(request)));
    return crawl ? ErrorCode::internal : crawl.error().code;
  };

  EXPECT_EQ(code({.url = "ftp://shop.example/"}), ErrorCode::invalid);
  EXPECT_EQ(code({.url = "https://shop.example/", .max_depth = 6}), ErrorCode::invalid);
  EXPECT_EQ(code({.url = "https://shop.example/", .max_pages = 1001}), ErrorCode::invalid);
  EXPECT_EQ(code({.url = "https://shop.example/", .metadata = "[]"}), ErrorCode::invalid);
  EXPECT_EQ(sync_wait(crawler_->test(context(), "nothing")).error().code, ErrorCode::invalid);
  for (int i = 0; i < 5; ++i) start(base->id, {.url = "https://shop.example/"});
  EXPECT_EQ(code({.url = "https://shop.example/"}), ErrorCode::conflict);
}

TEST_F(CrawlOf, a_base_that_is_deleted_ends) {
  page("https://shop.example/", "Welcome.");
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base->id)).has_value());

  crawl_all();

  EXPECT_EQ(get(id).state, CrawlState::failed);
  EXPECT_EQ(get(id).error_message, "No such knowledge base");
}

TEST_F(CrawlOf, an_address_is_tested_without_leaving_anything) {
  robots("User-agent: *\nDisallow: /closed\n");
  page("https://shop.example/", "Welcome.");
  page("https://shop.example/closed", std::string(2 * 1024 * 1024, 'x'), "text/plain");
  redirect("https://shop.example/old", "/");

  auto open = sync_wait(crawler_->test(context(), "https://shop.example/old"));
  auto closed = sync_wait(crawler_->test(context(), "https://shop.example/closed"));
  auto gone = sync_wait(crawler_->test(context(), "https://shop.example/gone"));

  EXPECT_TRUE(open->is_reachable);
  EXPECT_TRUE(open->is_readable);
  EXPECT_EQ(open->final_url, "https://shop.example/");
  EXPECT_EQ(open->content_type, "text/html");
  EXPECT_EQ(open->title, "page.html");  // what the fake reader calls it
  EXPECT_EQ(open->size_bytes, 8);
  EXPECT_FALSE(closed->is_allowed_by_robots);
  EXPECT_FALSE(closed->is_size_exact);
  EXPECT_EQ(gone->status, 404);
  EXPECT_FALSE(gone->is_readable);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents"), 0);
  EXPECT_TRUE(std::filesystem::is_empty(objects_.staging_folder()));
}

class CrawlSurvives : public CrawlOf, public ::testing::WithParamInterface<unsigned> {};

TEST_P(CrawlSurvives, a_crash_at_any_moment) {
  page("https://shop.example/", "Welcome.\n-> /a\n-> /b\n");
  page("https://shop.example/a", "Page A.\n-> /c\n");
  page("https://shop.example/b", "Page B.");
  page("https://shop.example/c", "Page C.");
  auto base = make_base();
  auto id = start(base->id, {.url = "https://shop.example/"}).id;
  std::minstd_rand random(GetParam() * 6151 + 7);
  for (int crashes = 0; crashes < 4; ++crashes) {
    auto moment = static_cast<CrashingDatabase::Moment>(random() % 3);
    database_.crash_at(moment, 1 + static_cast<int>(random() % 25));
    for (int i = 0; i < 4; ++i) {
      step();
      clock_.advance(std::chrono::seconds(1));
    }
    restart_all();
    clock_.advance(lease);
  }

  crawl_all();
  run_all_jobs();

  EXPECT_EQ(get(id).state, CrawlState::completed) << get(id).error_message;
  EXPECT_EQ(get(id).pages_fetched, 4);
  EXPECT_EQ(sources().size(), 4U);
  EXPECT_EQ(number("SELECT COUNT(*) FROM documents WHERE status = 'completed'"), 4);
  EXPECT_EQ(number("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running', 'dead')"), 0);
  expect_consistent_rows();
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrawlSurvives, ::testing::Range(0U, 40U));

}  // namespace
}  // namespace aiva::crawl
