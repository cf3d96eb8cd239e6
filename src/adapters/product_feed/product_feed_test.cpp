#include "adapters/product_feed/product_feed.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "ports/testing/manual_clock.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva {
namespace {

class ProductFeed : public ::testing::Test {
 protected:
  // A feed of so many products, every third of which is a draft.
  static std::string make_feed(int count, const std::string& title = "Mug") {
    std::string text = "id,title,price,status,collection\n";
    for (int i = 0; i < count; ++i)
      text += std::to_string(i) + "," + title + ",5 EUR," + (i % 3 == 0 ? "draft" : "active") +
              "," + (i % 2 == 0 ? "Even" : "Odd") + "\n";
    return text;
  }
  Task<Result<std::string>> read_upload(std::string address) {
    if (address != "upload:1") co_return fail(ErrorCode::not_found, "There is no such feed");
    co_return content_;
  }
  Task<Result<void>> pass(CallContext context, std::chrono::milliseconds time) {
    clock_.advance(time);
    co_return context.check();
  }
  template <class T>
  static std::string failure_of(const Result<T>& result) {
    return result ? std::string() : std::string(to_string(result.error().code));
  }
  std::size_t requests() { return http_.requests().size(); }
  std::string list_ids(Storefront::ListRequest request = {}) {
    std::string ids;
    do {
      auto page = sync_wait(storefront_->list_products({}, access_, request));
      if (!page) return ids + "!" + page.error().message;
      for (const auto& product : page->products) ids += product.id + " ";
      ids += "| ";
      request.cursor = page->next;
    } while (!request.cursor.empty());
    return ids;
  }

  ManualClock clock_;
  std::string content_ = make_feed(5);
  HttpResponse answer_{.status = 200};
  std::vector<HttpResponse> before_{};  // answers that come first
  ScriptedHttpClient http_{[this](const HttpRequest&) -> Result<HttpResponse> {
    if (!before_.empty()) {
      auto first = std::move(before_.front());
      before_.erase(before_.begin());
      return first;
    }
    auto answer = answer_;
    answer.body = content_;
    return answer;
  }};
  ThreadPool pool_{{.name = "feeds"}};
  StoreAccess access_{.kind = "feed", .address = "https://shop.example/feed.csv"};
  std::unique_ptr<Storefront> storefront_ = make_product_feed_storefront(
      {.http = http_,
       .parsing = pool_,
       .clock = clock_,
       .pause = [this](CallContext context,
                       std::chrono::milliseconds time) { return pass(std::move(context), time); },
       .read_upload = [this](CallContext,
                             std::string address) { return read_upload(std::move(address)); }},
      {.page_products = 2});
};

TEST_F(ProductFeed, lists_its_products_page_by_page_and_reads_the_feed_once) {
  EXPECT_EQ(list_ids(), "0 1 | 2 3 | 4 | ");
  EXPECT_EQ(requests(), 1U);
  EXPECT_EQ(list_ids({.scope = {.states = {ProductState::active}}}), "1 2 | 4 | ");
  EXPECT_EQ(list_ids({.scope = {.collections = {"Even"}}}), "0 2 | 4 | ");
  EXPECT_EQ(requests(), 3U);
}

TEST_F(ProductFeed, has_a_cursor_that_holds_as_long_as_the_feed_stays) {
  auto first = sync_wait(storefront_->list_products({}, access_, {}));
  ASSERT_TRUE(first) << first.error().message;
  content_ = make_feed(5, "Cup");
  ASSERT_TRUE(sync_wait(storefront_->list_products({}, access_, {})));

  auto second = sync_wait(storefront_->list_products({}, access_, {.cursor = first->next}));

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::invalid);
  EXPECT_EQ(second.error().details.at(0).field, "cursor");
  for (std::string cursor : {"x", ":", "a:b", "a:-1", "a:99999999999999999999999"})
    EXPECT_EQ(failure_of(sync_wait(storefront_->list_products({}, access_, {.cursor = cursor}))),
              "invalid");
}

TEST_F(ProductFeed, is_read_from_an_upload) {
  access_.address = "upload:1";
  EXPECT_EQ(list_ids(), "0 1 | 2 3 | 4 | ");
  EXPECT_EQ(requests(), 0U);
  access_.address = "upload:2";
  EXPECT_EQ(failure_of(sync_wait(storefront_->list_products({}, access_, {}))), "not_found");
}

TEST_F(ProductFeed, tells_what_is_in_it) {
  auto identity = sync_wait(storefront_->identify({}, access_));
  auto count = sync_wait(storefront_->count_products({}, access_, {}, 0));
  auto collections = sync_wait(storefront_->list_collections({}, access_));
  auto products = sync_wait(storefront_->get_products({}, access_, {"3", "nobody", "1"}));

  ASSERT_TRUE(identity && count && collections && products);
  EXPECT_EQ(identity->domain, "shop.example");
  EXPECT_EQ(identity->currency, "EUR");
  EXPECT_EQ(*count, 5);
  EXPECT_EQ(collections->size(), 2U);
  ASSERT_EQ(products->size(), 2U);
  EXPECT_EQ((*products)[0].id, "3");
  EXPECT_EQ(requests(), 1U);  // read lately enough
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(failure_of(sync_wait(storefront_->identify({}, access_))), "");
  EXPECT_EQ(requests(), 2U);
}

TEST_F(ProductFeed, keeps_tenants_apart) {
  CallContext other{.tenant = TenantId{Uuid::make()}};
  EXPECT_EQ(failure_of(sync_wait(storefront_->identify({}, access_))), "");
  EXPECT_EQ(failure_of(sync_wait(storefront_->identify(other, access_))), "");
  EXPECT_EQ(requests(), 2U);
}

TEST_F(ProductFeed, is_fetched_again_when_its_server_has_a_problem) {
  before_ = {{.status = 500}, {.status = 429}};
  EXPECT_EQ(list_ids(), "0 1 | 2 3 | 4 | ");
  before_ = {{.status = 500}, {.status = 500}, {.status = 500}, {.status = 500}};
  EXPECT_EQ(list_ids(), "!The feed's server has a problem");
  before_ = {{.status = 404}};
  EXPECT_EQ(failure_of(sync_wait(storefront_->list_products({}, access_, {}))), "not_found");
  before_ = {{.status = 401}};
  EXPECT_EQ(failure_of(sync_wait(storefront_->list_products({}, access_, {}))), "unauthenticated");
}

TEST_F(ProductFeed, follows_redirects_and_leaves_the_token_behind) {
  access_.token = "secret";
  before_ = {{.status = 302, .headers = {{"location", "/moved.csv"}}},
             {.status = 307, .headers = {{"location", "https://cdn.example/f.csv"}}}};

  EXPECT_EQ(list_ids(), "0 1 | 2 3 | 4 | ");

  auto sent = http_.requests();
  ASSERT_EQ(sent.size(), 3U);
  auto has_token = [](const HttpRequest& request) {
    return HttpResponse{.headers = request.headers}.header("authorization") == "Bearer secret";
  };
  EXPECT_EQ(sent[1].url, "https://shop.example/moved.csv");
  EXPECT_TRUE(has_token(sent[0]) && has_token(sent[1]));
  EXPECT_FALSE(has_token(sent[2]));
  for (const auto& request : sent) EXPECT_FALSE(request.may_reach_private_addresses);
  for (std::string location : {"", "upload:1", "file:///etc/passwd", "//evil.example/x"}) {
    before_ = {{.status = 302, .headers = {{"location", location}}}};
    EXPECT_EQ(list_ids(), "!The feed's server leads to no address") << location;
  }
  before_.assign(9, {.status = 302, .headers = {{"location", "/again"}}});
  EXPECT_EQ(list_ids(), "!The feed's server redirects without end");
  before_.clear();
  access_.address = "http://shop.example/feed.csv";
  EXPECT_EQ(failure_of(sync_wait(storefront_->list_products({}, access_, {}))), "invalid");
}

TEST_F(ProductFeed, has_an_address_that_is_a_url) {
  EXPECT_EQ(*storefront_->fit_address(" https://a.example/f.json?x=1 "),
            "https://a.example/f.json?x=1");
  EXPECT_TRUE(storefront_->fit_address("upload:1"));
  for (std::string_view address : {"", "upload:", "feed.csv", "ftp://a/b", "https://",
                                   "https://user:pw@a.example/", "https://a b/", "javascript:1"})
    EXPECT_FALSE(storefront_->fit_address(address)) << address;
}

TEST_F(ProductFeed, says_what_it_cannot_do) {
  auto abilities = storefront_->abilities();
  EXPECT_FALSE(abilities.has_exports || abilities.has_traces || abilities.has_orders ||
               abilities.has_webhooks);
  EXPECT_EQ(failure_of(sync_wait(storefront_->start_export({}, access_, {}))), "unavailable");
  EXPECT_EQ(failure_of(sync_wait(storefront_->list_traces({}, access_, {}))), "unavailable");
  EXPECT_EQ(failure_of(sync_wait(storefront_->find_order({}, access_, "1"))), "unavailable");
  EXPECT_EQ(failure_of(sync_wait(storefront_->subscribe({}, access_, "https://a"))), "unavailable");
  EXPECT_EQ(failure_of(storefront_->read_event({}, "{}", "s")), "unauthenticated");
  EXPECT_EQ(storefront_->cart_link({}, {{"1", 1}}), "");
}

}  // namespace
}  // namespace aiva
