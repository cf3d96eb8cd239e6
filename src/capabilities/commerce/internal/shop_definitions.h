#pragma once

#include <string_view>
#include <vector>

#include "ports/chat_model.h"

namespace aiva::commerce {

// The functions of a shop, by the names models call them by.
namespace shop_tool {
inline constexpr std::string_view search_products = "search_products";
inline constexpr std::string_view check_stock = "check_stock";
inline constexpr std::string_view order_status = "order_status";
inline constexpr std::string_view cart_link = "cart_link";
}  // namespace shop_tool

bool is_shop_tool(std::string_view name);

// What to offer; orders and carts where the shop knows them.
std::vector<ToolDefinition> shop_definitions(bool has_orders);

}  // namespace aiva::commerce
