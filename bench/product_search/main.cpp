// How long searches of products take: rows, index and shelf are those of a server, only the query's
// embedding costs nothing. usage: product_search_bench [VARIANTS] [QUERIES]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "shop.h"

namespace aiva::bench {
namespace {

constexpr std::size_t dimension = 384;
constexpr std::size_t variants_each = 3;
constexpr MicroMoney micro = 1'000'000;

double now_ms() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double at_share(std::vector<double>& times, double share) {
  auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::ranges::nth_element(times, times.begin() + place);
  return times[static_cast<std::size_t>(place)];
}

using MakeQuery = std::function<commerce::ProductQuery(std::size_t)>;

void measure(Shop& shop, const char* name, std::size_t count, const MakeQuery& make) {
  std::vector<double> times;
  std::int64_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto query = make(i);
    auto begin = now_ms();
    auto answer = shop.search(std::move(query));
    times.push_back(now_ms() - begin);
    found += answer.total;
  }
  auto p50 = at_share(times, 0.5);
  auto p95 = at_share(times, 0.95);
  std::printf("%-34s %8.2f %8.2f   %lld fit\n", name, p50, p95,
              static_cast<long long>(found / static_cast<std::int64_t>(count)));
}

commerce::ProductFilter some_filter(std::size_t i) {
  commerce::ProductFilter filter{.price_max = 150 * micro, .in_stock = true};
  for (std::size_t v = 0; v < 20; ++v) filter.vendors.push_back(Shop::vendor(i % 10 * 20 + v));
  filter.options = {{"Colour", "Red"}, {"Colour", "Blue"}};
  return filter;
}

void run(std::size_t variants, std::size_t queries) {
  Shop shop(dimension);
  auto products = std::max<std::size_t>(variants / variants_each, 1);
  shop.fill(products);
  std::printf("%zu products of %zu variants, %zu queries each\n", products, variants_each, queries);
  auto begin = now_ms();
  shop.search({});
  std::printf("the shelf is filled in %.0f ms\n", now_ms() - begin);
  begin = now_ms();
  shop.search({.text = shop.some_words(3)});
  std::printf("the index is filled in %.0f ms\n", now_ms() - begin);

  std::printf("%-34s %8s %8s\n", "", "p50 ms", "p95 ms");
  measure(shop, "words", queries,
          [&](std::size_t) { return commerce::ProductQuery{.text = shop.some_words(3)}; });
  measure(shop, "words, filtered", queries, [&](std::size_t i) {
    return commerce::ProductQuery{.text = shop.some_words(3), .filter = some_filter(i)};
  });
  measure(shop, "words, filtered, facets", queries, [&](std::size_t i) {
    return commerce::ProductQuery{
        .text = shop.some_words(3), .filter = some_filter(i), .wants_facets = true};
  });
  measure(shop, "words, one of them wrong", queries, [&](std::size_t) {
    auto text = shop.some_words(3);
    std::swap(text[2], text[3]);
    return commerce::ProductQuery{.text = std::move(text)};
  });
  measure(shop, "filter, facets, by price", queries, [&](std::size_t i) {
    return commerce::ProductQuery{
        .filter = some_filter(i), .sort = commerce::ProductSort::price_up, .wants_facets = true};
  });
  measure(shop, "all, facets, by title", queries, [&](std::size_t) {
    return commerce::ProductQuery{.sort = commerce::ProductSort::title, .wants_facets = true};
  });
  measure(shop, "words, after a change of a product", std::min<std::size_t>(queries, 50),
          [&](std::size_t) {
            shop.touch_one();
            return commerce::ProductQuery{.text = shop.some_words(3)};
          });
}

}  // namespace
}  // namespace aiva::bench

int main(int count, char** arguments) {
  auto argument = [&](int place, std::size_t fallback) {
    return count > place ? std::max<std::size_t>(std::strtoul(arguments[place], nullptr, 10), 1)
                         : fallback;
  };
  aiva::bench::run(argument(1, 100'000), argument(2, 200));
  return 0;
}
