-- For input that a provider keeps for later; without it that costs as any input.

ALTER TABLE model_prices ADD COLUMN cache_write_nano_usd INTEGER;
