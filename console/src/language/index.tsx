import { useDirection } from "@mantine/core";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

export const languages = { en: "English", ar: "العربية" } as const;
export type Language = keyof typeof languages;

/** A text, or its forms by number (https://cldr.unicode.org/index/cldr-spec/plural-rules). */
export type Phrase = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
/** The same phrases in another language. */
export type WordsLike<Master> = { [Key in keyof Master]: Phrase };
export type Values = Record<string, string | number>;
/** Says a phrase; `{name}` in it stands for a value, `count` chooses the form. */
export type Say<Master> = (key: keyof Master & string, values?: Values) => string;

const name = "aiva.language";
const rightToLeft = new Set<Language>(["ar"]);

function preferred(): Language {
  const kept = localStorage.getItem(name);
  if (kept !== null && kept in languages) return kept as Language;
  const wanted = navigator.languages.map((tag) => tag.split("-")[0] ?? "");
  return (wanted.find((tag) => tag in languages) as Language | undefined) ?? "en";
}

interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
}

const Context = createContext<Spoken>({ language: "en", setLanguage: () => undefined });

/** The language of everything below, and the direction it is written in. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(preferred);
  const { setDirection } = useDirection();
  useEffect(() => {
    document.documentElement.lang = language;
    setDirection(rightToLeft.has(language) ? "rtl" : "ltr");
  }, [language, setDirection]);
  const spoken = useMemo(
    () => ({
      language,
      setLanguage: (next: Language) => {
        localStorage.setItem(name, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context.Provider value={spoken}>{children}</Context.Provider>;
}

export function useLanguage(): Spoken {
  return useContext(Context);
}

function formOf(phrase: Phrase, language: Language, count: string | number | undefined): string {
  if (typeof phrase === "string") return phrase;
  const rule = new Intl.PluralRules(language).select(Number(count ?? 0));
  return phrase[rule] ?? phrase.other;
}

function write(phrase: Phrase, language: Language, values: Values): string {
  return formOf(phrase, language, values["count"]).replaceAll(/\{(\w+)\}/g, (hole, key: string) => {
    const value = values[key];
    if (value === undefined) return hole;
    return typeof value === "number"
      ? new Intl.NumberFormat(localeOf(language)).format(value)
      : value;
  });
}

/** The words of a page in the user's language: `const t = useWords({ en, ar }); t("title")`. */
export function useWords<Master extends Record<string, Phrase>>(words: {
  en: Master;
  ar: WordsLike<Master>;
}): Say<Master> {
  const { language } = useLanguage();
  const spoken: WordsLike<Master> = words[language];
  return useMemo(
    () => (key, values) => write(spoken[key], language, values ?? {}),
    [spoken, language],
  );
}

/** A name of the API's, as the word `GROUP.NAME` says it; as it is where there is no such word. */
export function sayName<Master extends Record<string, Phrase>>(
  t: Say<Master>,
  words: Master,
  group: string,
  name: string,
): string {
  const word = `${group}.${name}`;
  return word in words ? t(word as keyof Master & string) : name.replaceAll("_", " ");
}

// The user's own kind of a language (en-GB), in digits that stand beside Latin ones.
function localeOf(language: Language): string {
  const own = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  return `${own ?? language}-u-nu-latn`;
}

/** Numbers, sizes and instants as the user's language writes them. */
export function useFormats() {
  const { language } = useLanguage();
  return useMemo(() => {
    const locale = localeOf(language);
    const number = new Intl.NumberFormat(locale);
    const instant = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
    return {
      number: (value: number, options?: Intl.NumberFormatOptions) =>
        (options ? new Intl.NumberFormat(locale, options) : number).format(value),
      percent: (part: number) =>
        new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(part),
      money: (dollars: number) =>
        // One way for all: a sign behind the figure falls apart between texts of both directions.
        new Intl.NumberFormat("en-US", {
          style: "currency",
          currency: "USD",
          maximumFractionDigits: Math.abs(dollars) < 1 && dollars !== 0 ? 4 : 2,
        }).format(dollars),
      bytes: (count: number) => {
        const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
        let step = 0;
        for (let rest = Math.abs(count); rest >= 1000 && step < 4; rest /= 1000) ++step;
        return new Intl.NumberFormat(locale, {
          style: "unit",
          unit: units[step],
          unitDisplay: step === 0 ? "long" : "short", // the short form of a byte has no plural
          maximumFractionDigits: step === 0 ? 0 : 1,
        }).format(count / 1000 ** step);
      },
      seconds: (count: number) =>
        new Intl.NumberFormat(locale, {
          style: "unit",
          unit: "second",
          unitDisplay: "narrow",
          maximumFractionDigits: 1,
        }).format(count),
      instant: (iso: string) => instant.format(new Date(iso)),
      day: (iso: string) => day.format(new Date(iso)),
    };
  }, [language]);
}
