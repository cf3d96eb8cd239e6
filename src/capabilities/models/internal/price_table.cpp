#include "capabilities/models/internal/price_table.h"

namespace aiva::models {

Result<std::vector<Price>> PriceTable::all() {
  std::vector<Price> prices;
  TRY_VOID(sql_.query(
      "SELECT provider, model, input_nano_usd, cached_nano_usd, output_nano_usd, updated_at,"
      " cache_write_nano_usd FROM model_prices ORDER BY provider, model",
      {}, [&](const SqlRow& row) -> Result<void> {
        prices.push_back({.provider = std::string(row.text(0)),
                          .model = std::string(row.text(1)),
                          .input_nano_usd = row.integer(2),
                          .cached_nano_usd = row.integer(3),
                          .output_nano_usd = row.integer(4),
                          .updated_at = row.integer(5)});
        if (!row.is_null(6)) prices.back().cache_write_nano_usd = row.integer(6);
        return {};
      }));
  return prices;
}

Result<void> PriceTable::put(const Price& price) {
  TRY(auto changed,
      sql_.execute("UPDATE model_prices SET input_nano_usd = ?, cached_nano_usd = ?,"
                   " output_nano_usd = ?, cache_write_nano_usd = ?, updated_at = ?"
                   " WHERE provider = ? AND model = ?",
                   {price.input_nano_usd, price.cached_nano_usd, price.output_nano_usd,
                    price.cache_write_nano_usd, price.updated_at, price.provider, price.model}));
  if (changed > 0) return {};
  TRY_VOID(
      sql_.execute("INSERT INTO model_prices (provider, model, input_nano_usd, cached_nano_usd,"
                   " output_nano_usd, cache_write_nano_usd, updated_at)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?)",
                   {price.provider, price.model, price.input_nano_usd, price.cached_nano_usd,
                    price.output_nano_usd, price.cache_write_nano_usd, price.updated_at}));
  return {};
}

Result<bool> PriceTable::remove(std::string_view provider, std::string_view model) {
  TRY(auto changed,
      sql_.execute("DELETE FROM model_prices WHERE provider = ? AND model = ?", {provider, model}));
  return changed > 0;
}

}  // namespace aiva::models
