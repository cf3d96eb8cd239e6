#include "capabilities/commerce/shop_tools.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/commerce/testing/products_fixture.h"
#include "foundation/json.h"

namespace aiva::commerce {
namespace {

using functions::ToolOutcome;
using functions::ToolUse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// A shop with one order.
class OneOrderShop final : public Storefront {
 public:
  [[nodiscard]] StorefrontAbilities abilities() const override {
    return {.has_orders = has_orders};
  }
  Task<Result<std::optional<StoreOrder>>> find_order(CallContext, StoreAccess access,
                                                     std::string number) override {
    tokens.push_back(access.token);
    if (failure) co_return fail(*failure);
    if (number != "1001") co_return std::nullopt;
    co_return StoreOrder{.id = "gid",
                         .name = "#1001",
                         .email = "Anna@Example.com",
                         .payment_status = "paid",
                         .fulfilment_status = "fulfilled",
                         .total = 60'000'000,
                         .currency = "EUR",
                         .lines = {{.title = "Red Runner", .quantity = 1, .fulfilled = 1}},
                         .shipments = {{.status = "in_transit", .number = "T-1"}}};
  }
  [[nodiscard]] std::string cart_link(const StoreIdentity& store,
                                      const std::vector<CartLine>& lines) const override {
    std::string link = "https://" + store.domain + "/cart/";
    for (const auto& line : lines) link += line.variant + ":" + std::to_string(line.quantity) + ",";
    return has_carts ? link : "";
  }

  Task<Result<StoreIdentity>> identify(CallContext, StoreAccess) override { co_return unused(); }
  Task<Result<std::int64_t>> count_products(CallContext, StoreAccess, ProductScope,
                                            UnixMs) override {
    co_return unused();
  }
  Task<Result<ProductPage>> list_products(CallContext, StoreAccess, ListRequest) override {
    co_return unused();
  }
  Task<Result<TracePage>> list_traces(CallContext, StoreAccess, ListRequest) override {
    co_return unused();
  }
  Task<Result<std::vector<StoreProduct>>> get_products(CallContext, StoreAccess,
                                                       std::vector<std::string>) override {
    co_return unused();
  }
  Task<Result<std::string>> product_of_inventory_item(CallContext, StoreAccess,
                                                      std::string) override {
    co_return unused();
  }
  Task<Result<std::vector<StoreCollection>>> list_collections(CallContext, StoreAccess) override {
    co_return unused();
  }
  Task<Result<StoreExport>> start_export(CallContext, StoreAccess, ProductScope) override {
    co_return unused();
  }
  Task<Result<StoreExport>> look_at_export(CallContext, StoreAccess, std::string) override {
    co_return unused();
  }
  Task<Result<void>> cancel_export(CallContext, StoreAccess, std::string) override {
    co_return unused();
  }
  Task<Result<std::unique_ptr<ProductStream>>> open_export(CallContext, StoreAccess, StoreExport,
                                                           std::int64_t) override {
    co_return unused();
  }
  Task<Result<void>> subscribe(CallContext, StoreAccess, std::string) override {
    co_return unused();
  }
  [[nodiscard]] Result<StoreEvent> read_event(const std::vector<HttpHeader>&, std::string_view,
                                              std::string_view) const override {
    return unused();
  }
  [[nodiscard]] std::string consent_address(const std::string&, const App&, const std::string&,
                                            const std::string&) const override {
    return {};
  }
  [[nodiscard]] Result<void> check_return(std::string_view, std::string_view) const override {
    return unused();
  }
  Task<Result<Grant>> exchange_code(CallContext, std::string, App, std::string) override {
    co_return unused();
  }
  Task<Result<Grant>> renew_grant(CallContext, std::string, App, std::string) override {
    co_return unused();
  }
  [[nodiscard]] Result<std::string> fit_address(std::string_view) const override {
    return unused();
  }

  bool has_orders = true;
  bool has_carts = true;
  std::optional<Error> failure;
  std::vector<std::string> tokens;

 private:
  static std::unexpected<Error> unused() {
    return fail(ErrorCode::unavailable, "The shop does not do this");
  }
};

// The store of one knowledge base.
class OneStore final : public OpenStores {
 public:
  Task<Result<OpenStore>> open(CallContext, StoreId id) override {
    if (id != store.store.id) co_return fail(ErrorCode::not_found, "There is no such store");
    co_return store;
  }
  Task<Result<std::optional<OpenStore>>> of_base(CallContext, KnowledgeBaseId base) override {
    if (base != store.store.knowledge_base) co_return std::nullopt;
    co_return store;
  }

  OpenStore store{};
};

// One agent, and its own function.
class OneAgent final : public agents::ActiveAgents, public functions::AgentTools {
 public:
  Task<Result<agents::ActiveAgentPointer>> find(CallContext, std::string id) override {
    if (id != agent.id.to_string()) co_return fail(ErrorCode::not_found, "There is no such agent");
    co_return std::make_shared<const agents::ActiveAgent>(agent);
  }
  Task<Result<agents::ActiveAgentPointer>> draft(CallContext, AgentId) override {
    co_return fail(ErrorCode::not_found, "There is no such agent");
  }
  Task<Result<agents::ActiveAgentPointer>> find_public(CallContext, std::string) override {
    co_return fail(ErrorCode::not_found, "There is no such agent");
  }
  Task<Result<std::vector<ToolDefinition>>> tools_of(CallContext, AgentId) override {
    std::vector<ToolDefinition> tools;
    for (const auto& name : own) tools.push_back({.name = name});
    co_return tools;
  }
  Task<Result<ToolOutcome>> call(CallContext, ToolUse use) override {
    called.push_back(use.call.name);
    co_return ToolOutcome{.name = use.call.name, .result = "own"};
  }

  agents::ActiveAgent agent{.id = AgentId::make()};
  std::vector<std::string> own{"weather"};
  std::vector<std::string> called;
};

class ShopToolsOf : public ProductsTest {
 protected:
  void SetUp() override {
    ProductsTest::SetUp();
    one_agent_.agent.settings.knowledge_bases = {base_};
    stores_.store = {
        .store = {.id = store_, .knowledge_base = base_, .identity = {.domain = "shop.example"}},
        .access = {.token = "secret"},
        .storefront = &shop_};
    tools_ = make_shop_tools({.others = one_agent_,
                              .agents = one_agent_,
                              .search = *search_,
                              .catalogue = catalogue_,
                              .stores = stores_,
                              .clock = clock_,
                              .metrics = metrics_});
  }

  void fill_shelf() {
    add({.title = "Red Runner",
         .description = "Light shoes for running on roads",
         .vendor = "Fleet",
         .variants = {{.sku = "RUN-41", .price = 60, .inventory = 3},
                      {.sku = "RUN-42", .price = 65, .inventory = 0}}});
  }

  std::vector<std::string> offered() {
    auto tools = sync_wait(tools_->tools_of(context(), one_agent_.agent.id));
    EXPECT_TRUE(tools);
    std::vector<std::string> names;
    if (tools)
      for (const auto& tool : *tools) names.push_back(tool.name);
    return names;
  }
  ToolOutcome call(std::string name, std::string arguments, ChatSessionId session = {}) {
    ToolUse use{.agent = one_agent_.agent.id,
                .session = session,
                .call = {.id = "1", .name = std::move(name), .arguments = std::move(arguments)}};
    auto outcome = sync_wait(tools_->call(context(), std::move(use)));
    if (!outcome) ADD_FAILURE() << outcome.error().message;
    return outcome.value_or(ToolOutcome{});
  }
  ToolOutcome ask_order(std::string order_number, std::string email, ChatSessionId session = {}) {
    return call("order_status",
                R"({"order_number":")" + order_number + R"(","email":")" + email + R"("})",
                session);
  }

  // Nobody asks it.
  class NoCatalogue final : public Catalogue {
   public:
    Task<Result<knowledge::PageOf<Product>>> list(CallContext, Filter) override {
      co_return fail(ErrorCode::unavailable, "");
    }
    Task<Result<Product>> get(CallContext, ProductId) override {
      co_return fail(ErrorCode::unavailable, "");
    }
    Task<Result<std::vector<Product>>> get_all(CallContext, std::vector<ProductId>) override {
      co_return fail(ErrorCode::unavailable, "");
    }
    Task<Result<CatalogueStatistics>> statistics(CallContext, std::optional<StoreId>) override {
      co_return fail(ErrorCode::unavailable, "");
    }
  };

  OneAgent one_agent_;
  OneStore stores_;
  OneOrderShop shop_;
  NoCatalogue catalogue_;
  std::unique_ptr<functions::AgentTools> tools_;
};

TEST_F(ShopToolsOf, agents_are_offered_where_there_is_a_shop) {
  EXPECT_THAT(offered(), ElementsAre("weather"));

  fill_shelf();

  EXPECT_THAT(offered(), ElementsAre("weather", "search_products", "check_stock", "order_status",
                                     "cart_link"));
  shop_.has_orders = false;
  EXPECT_THAT(offered(), ElementsAre("weather", "search_products", "check_stock"));
  one_agent_.agent.settings.knowledge_bases.clear();
  EXPECT_THAT(offered(), ElementsAre("weather"));
}

TEST_F(ShopToolsOf, agents_have_schemas_that_are_json) {
  fill_shelf();

  auto tools = sync_wait(tools_->tools_of(context(), one_agent_.agent.id));

  ASSERT_TRUE(tools);
  for (const auto& tool : *tools) {
    if (tool.name == "weather") continue;
    auto schema = json::parse(tool.parameters);
    ASSERT_TRUE(schema) << tool.name;
    EXPECT_TRUE(schema->is_object()) << tool.name;
    EXPECT_FALSE(tool.description.empty()) << tool.name;
  }
}

TEST_F(ShopToolsOf, agents_leave_other_functions_alone) {
  fill_shelf();
  EXPECT_EQ(call("weather", "{}").result, "own");

  one_agent_.own = {"check_stock"};

  EXPECT_EQ(call("check_stock", R"({"sku":"RUN-41"})").result, "own");
  EXPECT_THAT(one_agent_.called, ElementsAre("weather", "check_stock"));
  EXPECT_THAT(offered(), SizeIs(4));
}

TEST_F(ShopToolsOf, agents_find_products_and_show_them) {
  fill_shelf();

  auto outcome = call("search_products", R"({"query":"running shoes","in_stock":true})");

  EXPECT_FALSE(outcome.is_error) << outcome.result;
  EXPECT_THAT(outcome.result, HasSubstr("Red Runner"));
  EXPECT_THAT(outcome.result, HasSubstr("\"price\":\"60.00\""));
  EXPECT_THAT(outcome.result, HasSubstr("RUN-41"));
  EXPECT_THAT(outcome.result, Not(HasSubstr("RUN-42")));
  EXPECT_THAT(outcome.products, HasSubstr("\"price_micro\":60000000"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM credit_transactions WHERE operation = "
                   "'product_search'"),
            1);
}

TEST_F(ShopToolsOf, agents_read_what_is_wrong_with_their_arguments) {
  fill_shelf();

  auto outcome = call("search_products", R"({"colour":"red"})");

  EXPECT_TRUE(outcome.is_error);
  EXPECT_THAT(outcome.result, HasSubstr("colour"));
  EXPECT_THAT(outcome.products, IsEmpty());
}

TEST_F(ShopToolsOf, agents_check_the_stock) {
  fill_shelf();

  auto there = call("check_stock", R"({"sku":"run-41"})");
  auto gone = call("check_stock", R"({"sku":"RUN-42"})");
  auto unknown = call("check_stock", R"({"sku":"NONE-1"})");

  EXPECT_THAT(there.result, HasSubstr("\"in_stock\":true"));
  EXPECT_THAT(there.result, HasSubstr("\"stock\":3"));
  EXPECT_THAT(gone.result, HasSubstr("\"in_stock\":false"));
  EXPECT_TRUE(unknown.is_error);
}

TEST_F(ShopToolsOf, agents_tell_of_an_order_to_whoever_knows_its_address) {
  fill_shelf();

  auto told = ask_order("#1001", " anna@example.COM ");
  auto wrong_address = ask_order("1001", "eve@example.com");
  auto wrong_number = ask_order("1002", "anna@example.com");

  EXPECT_THAT(told.result, HasSubstr("\"found\":true"));
  EXPECT_THAT(told.result, HasSubstr("in_transit"));
  EXPECT_THAT(told.result, Not(HasSubstr("xample.com")));
  EXPECT_THAT(shop_.tokens, ElementsAre("secret", "secret", "secret"));
  EXPECT_THAT(wrong_address.result, HasSubstr("\"found\":false"));
  EXPECT_EQ(wrong_address.result, wrong_number.result);
  EXPECT_EQ(wrong_address.is_error, wrong_number.is_error);
}

TEST_F(ShopToolsOf, agents_ask_for_orders_only_so_often) {
  fill_shelf();
  auto session = ChatSessionId::make();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ask_order("1001", "eve@example.com", session).is_error);

  auto refused = ask_order("1001", "anna@example.com", session);
  auto elsewhere = ask_order("1001", "anna@example.com", ChatSessionId::make());

  EXPECT_TRUE(refused.is_error);
  EXPECT_THAT(shop_.tokens, SizeIs(6));
  EXPECT_THAT(elsewhere.result, HasSubstr("\"found\":true"));
}

TEST_F(ShopToolsOf, agents_hear_when_the_shop_does_not_answer) {
  fill_shelf();
  shop_.failure = Error{.code = ErrorCode::unauthenticated, .message = "token secret refused"};

  auto outcome = ask_order("1001", "anna@example.com");

  EXPECT_TRUE(outcome.is_error);
  EXPECT_THAT(outcome.result, Not(HasSubstr("secret")));
}

TEST_F(ShopToolsOf, agents_make_links_to_carts_of_what_there_is) {
  fill_shelf();

  auto link = call("cart_link", R"({"items":[{"sku":"RUN-41","quantity":2}]})");
  auto too_many = call("cart_link", R"({"items":[{"sku":"RUN-41","quantity":2},)"
                                    R"({"sku":"run-41","quantity":2}]})");
  auto sold_out = call("cart_link", R"({"items":[{"sku":"RUN-42"}]})");
  auto unknown = call("cart_link", R"({"items":[{"sku":"NONE-1"}]})");
  shop_.has_carts = false;
  auto none = call("cart_link", R"({"items":[{"sku":"RUN-41"}]})");

  EXPECT_FALSE(link.is_error) << link.result;
  EXPECT_THAT(link.result, HasSubstr("https:"));
  EXPECT_THAT(link.result, HasSubstr("shop.example"));
  EXPECT_THAT(link.result, HasSubstr("\"total\":\"120.00\""));
  EXPECT_TRUE(too_many.is_error);
  EXPECT_THAT(too_many.result, HasSubstr("only 3"));
  EXPECT_TRUE(sold_out.is_error);
  EXPECT_TRUE(unknown.is_error);
  EXPECT_TRUE(none.is_error);
}

}  // namespace
}  // namespace aiva::commerce
