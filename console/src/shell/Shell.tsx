import { ActionIcon, AppShell, Burger, Group, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import IconBook from "@tabler/icons-react/icons/IconBook";
import { Suspense, useEffect, useRef, useState } from "react";
import { Link, Route, Routes, useLocation } from "react-router";
import { useWords } from "../language";
import { Waiting } from "../parts/Waiting";
import { AccountMenu } from "./AccountMenu";
import { Broken } from "./Broken";
import { Missing } from "./Missing";
import { Navigation } from "./Navigation";
import { LanguageMenu, ThemeMenu } from "./Preferences";
import { useShownPages } from "./shown";
import { ar, en } from "./words";

/** Whoever goes to another page hears and reads it from its beginning. */
function useMainFocus(path: string) {
  const main = useRef<HTMLElement>(null);
  const [first] = useState(path);
  const hasMoved = useRef(false);
  useEffect(() => {
    hasMoved.current ||= path !== first;
    if (!hasMoved.current) return;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path, first]);
  return main;
}

/** The frame around every page: its head, its navigation, and the page itself. */
export function Shell() {
  const t = useWords({ en, ar });
  const [isMenuOpen, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  const root = pathname.split("/")[1] ?? "";
  const main = useMainFocus(root);
  const shown = useShownPages();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !isMenuOpen } }}
      padding="lg"
    >
      <a className="skip-link" href="#content">
        {t("skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isMenuOpen}
              onClick={menu.toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t("menu")}
              aria-expanded={isMenuOpen}
            />
            <Text component={Link} to="/" fw={800} size="lg" c="inherit" td="none">
              AIVA
            </Text>
          </Group>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              component="a"
              href="/docs"
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t("guides")}
            >
              <IconBook size={20} aria-hidden />
            </ActionIcon>
            <LanguageMenu />
            <ThemeMenu />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("navigation")}>
        <AppShell.Section grow component={ScrollArea} p="xs" type="auto">
          <Navigation pages={shown} onGo={menu.close} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" ref={main} tabIndex={-1}>
        <Broken key={root}>
          <Suspense fallback={<Waiting />}>
            <Routes>
              {shown.map((page) => (
                <Route
                  key={page.name}
                  path={page.path === "" ? "/" : `${page.path}/*`}
                  element={<page.Body />}
                />
              ))}
              <Route path="*" element={<Missing />} />
            </Routes>
          </Suspense>
        </Broken>
      </AppShell.Main>
    </AppShell>
  );
}
