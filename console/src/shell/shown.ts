import type { Page, PageName } from "../pages/page";
import { pages } from "../pages/routes";
import { useSession } from "../session";

/** The pages that the user may see. */
export function useShownPages(): Page[] {
  const { can } = useSession();
  return pages.filter((page) => page.right === undefined || can(page.right));
}

/** Where a page is, for a link to it; undefined for one that the user is not shown. */
export function usePagePath(): (name: PageName) => string | undefined {
  const shown = useShownPages();
  return (name) => {
    const page = shown.find((candidate) => candidate.name === name);
    return page && `/${page.path}`;
  };
}
