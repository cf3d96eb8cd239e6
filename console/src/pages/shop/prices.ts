import { useMemo } from "react";
import { useLanguage } from "../../language";
import type { Product } from "./stores";

/** Prices of a shop, in its currency, as the user's language writes them. */
export function usePrice() {
  const { language } = useLanguage();
  return useMemo(() => {
    const one = (amount: string | null, currency: string): string => {
      if (amount === null) return "–";
      try {
        // A sign that Arabic writes behind the figure falls apart between texts of both directions.
        return new Intl.NumberFormat(language === "ar" ? "en" : language, {
          style: "currency",
          currency,
        }).format(Number(amount));
      } catch {
        return `${amount} ${currency}`; // a currency that is none
      }
    };
    const range = ({ price_min: min, price_max: max, currency }: Product): string =>
      min === max ? one(min, currency) : `${one(min, currency)} – ${one(max, currency)}`;
    return { one, range };
  }, [language]);
}
