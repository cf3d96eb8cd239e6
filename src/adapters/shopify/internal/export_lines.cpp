#include "adapters/shopify/internal/export_lines.h"

#include <utility>

#include "adapters/shopify/internal/reading.h"

namespace aiva::shopify {
namespace {

constexpr std::size_t line_bytes_max = 8UL * 1024 * 1024;

std::unexpected<Error> broken(std::int64_t line, const char* what) {
  return fail(ErrorCode::unavailable, "The export makes no sense",
              "line " + std::to_string(line) + " " + what);
}

}  // namespace

Result<void> ExportLines::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    auto end = bytes.find('\n');
    auto part = bytes.substr(0, end);
    if (line_.size() + part.size() > line_bytes_max)
      return fail(ErrorCode::too_large, "A line of the export is too long");
    line_ += part;
    if (end == std::string_view::npos) return {};
    TRY_VOID(take_line());
    bytes.remove_prefix(end + 1);
  }
  return {};
}

Result<void> ExportLines::finish() {
  TRY_VOID(take_line());
  end_product();
  return {};
}

std::optional<StoreProduct> ExportLines::take() {
  if (whole_.empty()) return std::nullopt;
  auto product = std::move(whole_.front());
  whole_.pop_front();
  return product;
}

Result<void> ExportLines::take_line() {
  auto line = std::exchange(line_, {});
  if (line.empty()) return {};
  ++lines_;
  auto value = json::parse(line, {.bytes_max = line_bytes_max, .depth_max = 32});
  const auto* node = value ? value->if_object() : nullptr;
  if (node == nullptr) return broken(lines_, "is no JSON object");
  if (!node->contains("__parentId")) {
    end_product();
    TRY(auto partial, read_product_node(*node));
    open_ = std::move(partial.product);
    return {};
  }
  auto parent = number_of_gid(text_of(*node, "__parentId"), "Product");
  if (!open_ || open_->id != parent) return broken(lines_, "does not follow its product");
  add_to_product(*node, *open_);
  return {};
}

void ExportLines::end_product() {
  auto product = std::exchange(open_, std::nullopt);
  if (!product || product->variants.empty()) return;
  if (skip_ > 0) {
    --skip_;
    return;
  }
  finish_product(*product);
  whole_.push_back(*std::move(product));
}

}  // namespace aiva::shopify
