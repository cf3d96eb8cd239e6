import type { TablerIcon } from "@tabler/icons-react";
import { lazy, type ComponentType } from "react";
import type { Permission } from "../session/rights";
import type { en } from "../shell/words";

type Named<Prefix extends string> = keyof typeof en extends infer Key
  ? Key extends `${Prefix}.${infer Name}`
    ? Name
    : never
  : never;

export type GroupName = Named<"group">;
export type PageName = Named<"page">;

/** A page: `path` is below /console, and the page has what is below that to itself. */
export interface Page {
  group: GroupName;
  name: PageName; // its title is the shell's word "page.NAME"
  path: string;
  icon: TablerIcon;
  right?: Permission; // who has not this right is not shown it
  Body: ComponentType;
}

/** One line of the list of pages. `load` imports the page's folder when it is first opened. */
export function page(
  group: GroupName,
  name: PageName,
  path: string,
  icon: TablerIcon,
  load: () => Promise<{ default: ComponentType }>,
  right?: Permission,
): Page {
  return { group, name, path, icon, right, Body: lazy(load) };
}
