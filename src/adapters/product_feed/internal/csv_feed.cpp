#include "adapters/product_feed/internal/csv_feed.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/product_feed/internal/feed_builder.h"
#include "adapters/product_feed/internal/shopify_rows.h"
#include "foundation/text/csv.h"

namespace aiva::product_feed {
namespace {

constexpr CsvLimits csv_limits{.record_bytes_max = 1024 * 1024, .fields_max = 512};

// What a plain table's columns are.
class PlainRows {
 public:
  static Result<PlainRows> make(const std::vector<std::string>& columns) {
    PlainRows rows;
    for (const auto& column : columns)
      rows.columns_.push_back({.name = std::string(trim(column).substr(0, word_bytes_max)),
                               .field = known_name(column),
                               .option = option_name(column)});
    for (std::string_view wanted : {"title", "price"})
      if (std::ranges::find(rows.columns_, wanted, &Column::field) == rows.columns_.end())
        return fail(ErrorCode::invalid,
                    "Line 1: there is no column “" + std::string(wanted) + "” among the columns");
    return rows;
  }

  Result<void> add(std::int64_t line, std::vector<std::string>& cells, FeedBuilder& builder) const {
    Item item{.where = "Line " + std::to_string(line) + ", column "};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto text = std::string(trim(cells[i]));
      if (text.empty()) continue;
      const auto& column = columns_[i];
      if (!column.field.empty())
        item.set(std::string(column.field), std::move(text));
      else if (!column.option.empty())
        item.options.push_back({std::string(column.option), text});
      else if (!column.name.empty() && item.others.size() < others_max)
        item.others.emplace_back(column.name, std::move(text));
    }
    return builder.add_row(item);
  }

 private:
  struct Column {
    std::string name;
    std::string_view field;   // as Item has it; empty: none of them
    std::string_view option;  // empty: it is none
  };

  std::vector<Column> columns_;
};

class CsvFeed {
 public:
  explicit CsvFeed(const FeedLimits& limits) : builder_(limits) {}

  Result<void> add(std::int64_t line, std::vector<std::string>& cells) {
    if (width_ == 0) return begin(cells);
    if (cells.size() > width_)
      return fail(ErrorCode::invalid, "Line " + std::to_string(line) + " has " +
                                          std::to_string(cells.size()) + " columns instead of " +
                                          std::to_string(width_));
    cells.resize(width_);
    return shopify_ ? shopify_->add(line, cells, builder_) : plain_->add(line, cells, builder_);
  }

  Result<Feed> finish() {
    if (width_ == 0) return fail(ErrorCode::invalid, "The feed is empty");
    return builder_.finish();
  }

 private:
  Result<void> begin(const std::vector<std::string>& columns) {
    width_ = columns.size();
    if (ShopifyRows::are_columns(columns)) {
      shopify_ = std::make_unique<ShopifyRows>(columns);
      return {};
    }
    TRY(auto plain, PlainRows::make(columns));
    plain_ = std::make_unique<PlainRows>(std::move(plain));
    return {};
  }

  FeedBuilder builder_;
  std::size_t width_ = 0;  // columns; 0: the first line did not come yet
  std::unique_ptr<ShopifyRows> shopify_{};
  std::unique_ptr<PlainRows> plain_{};
};

}  // namespace

Result<Feed> read_csv_feed(std::string_view content, const FeedLimits& limits) {
  CsvFeed feed(limits);
  CsvReader reader(csv_limits);
  auto each = [&feed](std::int64_t line, std::vector<std::string>& cells) {
    return feed.add(line, cells);
  };
  TRY_VOID(reader.feed(content, each));
  TRY_VOID(reader.finish(each));
  return feed.finish();
}

}  // namespace aiva::product_feed
