import IconLayoutDashboard from "@tabler/icons-react/icons/IconLayoutDashboard";
import { page, type Page } from "./page";

/** Every page of the console, in the order of the navigation. A group that has none is not shown. */
export const pages: Page[] = [
  // Answers
  page("answers", "overview", "", IconLayoutDashboard, () => import("./overview")),

  // Agents

  // Voice

  // Functions

  // Shop

  // Account

  // System
];
