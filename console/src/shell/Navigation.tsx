import { Box, NavLink, Text } from "@mantine/core";
import { useId } from "react";
import { NavLink as RouterLink, useLocation } from "react-router";
import { useWords } from "../language";
import type { GroupName, Page } from "../pages/page";
import { ar, en } from "./words";

function isOpen(page: Page, path: string): boolean {
  const root = `/${page.path}`;
  return page.path === "" ? path === "/" : path === root || path.startsWith(`${root}/`);
}

function PageGroup(props: { group: GroupName; pages: Page[]; onGo: () => void }) {
  const { group, pages, onGo } = props;
  const t = useWords({ en, ar });
  const heading = useId();
  const { pathname } = useLocation();
  return (
    <Box mb="xs">
      <Text id={heading} size="xs" fw={700} c="dimmed" px="sm" py={4}>
        {t(`group.${group}`)}
      </Text>
      <Box component="ul" aria-labelledby={heading} m={0} p={0} style={{ listStyle: "none" }}>
        {pages.map((page) => (
          <li key={page.name}>
            <NavLink
              component={RouterLink}
              to={`/${page.path}`}
              end={page.path === ""}
              label={t(`page.${page.name}`)}
              leftSection={<page.icon size={18} stroke={1.6} aria-hidden />}
              active={isOpen(page, pathname)}
              onClick={onGo}
              py={6}
              style={{ borderRadius: "var(--mantine-radius-md)" }}
            />
          </li>
        ))}
      </Box>
    </Box>
  );
}

/** The pages that the user may see, by groups. */
export function Navigation({ pages, onGo }: { pages: Page[]; onGo: () => void }) {
  const groups = [...new Set(pages.map((page) => page.group))];
  return groups.map((group) => (
    <PageGroup
      key={group}
      group={group}
      pages={pages.filter((page) => page.group === group)}
      onGo={onGo}
    />
  ));
}
