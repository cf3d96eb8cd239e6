#include "capabilities/commerce/internal/shop_definitions.h"

#include <algorithm>
#include <array>
#include <string>

namespace aiva::commerce {
namespace {

struct Definition {
  std::string_view name;
  std::string_view description;
  std::string_view parameters;
  bool wants_orders = false;
};

constexpr auto definitions = std::to_array<Definition>({
    {shop_tool::search_products,
     "Searches the shop's products by words and filters. Use it when the user looks for a product, "
     "asks what there is, or what something costs. Without a query it lists what fits the filters. "
     "The products found are shown to the user as cards.",
     R"({"type":"object","additionalProperties":false,"properties":{)"
     R"("query":{"type":"string","description":"What is looked for, without price and stock"},)"
     R"("price_min":{"type":"number"},"price_max":{"type":"number"},)"
     R"("in_stock":{"type":"boolean"},"on_sale":{"type":"boolean"},)"
     R"("vendor":{"type":"string"},"product_type":{"type":"string"},)"
     R"("options":{"type":"object","description":"Chosen values by the option's name, like )"
     R"({\"Size\":\"42\"}","additionalProperties":{"type":"string"}},)"
     R"("sort":{"type":"string","enum":["relevance","price_asc","price_desc","newest","rating"]},)"
     R"("limit":{"type":"integer","minimum":1,"maximum":10}}})"},
    {shop_tool::check_stock,
     "Tells whether a product can be bought now, and how many there are. Name the product by the "
     "id or variant id that a search answered, or by its SKU.",
     R"({"type":"object","additionalProperties":false,"properties":{)"
     R"("product_id":{"type":"string"},"variant_id":{"type":"string"},)"
     R"("sku":{"type":"string"}}})"},
    {shop_tool::order_status,
     "Tells how far an order is. Needs the order's number and the e-mail address it was made with; "
     "ask the user for both.",
     R"({"type":"object","additionalProperties":false,"properties":{)"
     R"("order_number":{"type":"string","description":"Like 1001 or #1001"},)"
     R"("email":{"type":"string"}},"required":["order_number","email"]})",
     true},
    {shop_tool::cart_link,
     "Makes a link that opens the shop's cart with products in it. Use it when the user wants to "
     "buy, with variant ids that a search answered, or SKUs.",
     R"({"type":"object","additionalProperties":false,"properties":{)"
     R"("items":{"type":"array","minItems":1,"maxItems":20,"items":{"type":"object",)"
     R"("additionalProperties":false,"properties":{"variant_id":{"type":"string"},)"
     R"("sku":{"type":"string"},"quantity":{"type":"integer","minimum":1,"maximum":100}}}}},)"
     R"("required":["items"]})",
     true},
});

}  // namespace

bool is_shop_tool(std::string_view name) {
  return std::ranges::find(definitions, name, &Definition::name) != definitions.end();
}

std::vector<ToolDefinition> shop_definitions(bool has_orders) {
  std::vector<ToolDefinition> offered;
  for (const auto& definition : definitions) {
    if (definition.wants_orders && !has_orders) continue;
    offered.push_back({.name = std::string(definition.name),
                       .description = std::string(definition.description),
                       .parameters = std::string(definition.parameters)});
  }
  return offered;
}

}  // namespace aiva::commerce
