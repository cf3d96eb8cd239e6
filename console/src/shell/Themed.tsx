import { MantineProvider } from "@mantine/core";
import { useMemo, type ReactNode } from "react";
import { useWords } from "../language";
import { themeWith, variables } from "./theme";
import { ar, en } from "./words";

// Of the page's policy: style elements without it are not taken.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
// The part that keeps the page from scrolling behind a window looks for it here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

/** Colours and components, speaking the user's language. */
export function Themed({ children }: { children: ReactNode }) {
  const t = useWords({ en, ar });
  const theme = useMemo(() => themeWith({ close: t("close"), reveal: t("reveal") }), [t]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      {children}
    </MantineProvider>
  );
}
