import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./shell/shell.css";
import { DirectionProvider, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiProblem } from "./api/problem";
import { Gate } from "./shell/Gate";
import { LanguageProvider } from "./language";
import { SessionProvider } from "./session";
import { theme, variables } from "./shell/theme";

const triesMax = 2;

// What the server refused it will refuse again; what it could not do now it may do soon.
function isWorthAnotherTry(tries: number, error: Error): boolean {
  const status = error instanceof ApiProblem ? error.status : 0;
  return tries < triesMax && (status === 0 || status >= 500);
}

const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: isWorthAnotherTry, refetchOnWindowFocus: false },
  },
});

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";

// What stops the page from scrolling behind a window writes a style, and looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <DirectionProvider>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={variables}
          defaultColorScheme="auto"
          getStyleNonce={() => nonce}
        >
          <LanguageProvider>
            <Notifications position="bottom-right" />
            <SessionProvider>
              <BrowserRouter basename="/console">
                <Gate />
              </BrowserRouter>
            </SessionProvider>
          </LanguageProvider>
        </MantineProvider>
      </DirectionProvider>
    </QueryClientProvider>
  </StrictMode>,
);
