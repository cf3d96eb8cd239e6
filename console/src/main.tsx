import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./shell/shell.css";
import { DirectionProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiProblem } from "./api/problem";
import { Gate } from "./shell/Gate";
import { LanguageProvider } from "./language";
import { SessionProvider } from "./session";
import { Themed } from "./shell/Themed";

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

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <DirectionProvider>
        <LanguageProvider>
          <Themed>
            <Notifications position="bottom-right" />
            <SessionProvider>
              <BrowserRouter basename="/console">
                <Gate />
              </BrowserRouter>
            </SessionProvider>
          </Themed>
        </LanguageProvider>
      </DirectionProvider>
    </QueryClientProvider>
  </StrictMode>,
);
