import IconActivity from "@tabler/icons-react/icons/IconActivity";
import IconBooks from "@tabler/icons-react/icons/IconBooks";
import IconBuilding from "@tabler/icons-react/icons/IconBuilding";
import IconCoins from "@tabler/icons-react/icons/IconCoins";
import IconCpu from "@tabler/icons-react/icons/IconCpu";
import IconFunction from "@tabler/icons-react/icons/IconFunction";
import IconHash from "@tabler/icons-react/icons/IconHash";
import IconHeadset from "@tabler/icons-react/icons/IconHeadset";
import IconHistory from "@tabler/icons-react/icons/IconHistory";
import IconInbox from "@tabler/icons-react/icons/IconInbox";
import IconKey from "@tabler/icons-react/icons/IconKey";
import IconLayoutDashboard from "@tabler/icons-react/icons/IconLayoutDashboard";
import IconMessages from "@tabler/icons-react/icons/IconMessages";
import IconPhone from "@tabler/icons-react/icons/IconPhone";
import IconPhoto from "@tabler/icons-react/icons/IconPhoto";
import IconRobot from "@tabler/icons-react/icons/IconRobot";
import IconRoute from "@tabler/icons-react/icons/IconRoute";
import IconSearch from "@tabler/icons-react/icons/IconSearch";
import IconSettings from "@tabler/icons-react/icons/IconSettings";
import IconShoppingBag from "@tabler/icons-react/icons/IconShoppingBag";
import IconSpeakerphone from "@tabler/icons-react/icons/IconSpeakerphone";
import IconUsers from "@tabler/icons-react/icons/IconUsers";
import IconWebhook from "@tabler/icons-react/icons/IconWebhook";
import { page, type Page } from "./page";

/** Every page, in the order of the navigation. A group that has none is not shown. */
export const pages: Page[] = [
  // Answers
  page("answers", "overview", "", IconLayoutDashboard, () => import("./overview")),
  page(
    "answers",
    "knowledge",
    "knowledge",
    IconBooks,
    () => import("./knowledge"),
    "knowledge.read",
  ),
  page("answers", "images", "images", IconPhoto, () => import("./images"), "knowledge.read"),
  page("answers", "search", "search", IconSearch, () => import("./search"), "search"),

  // Agents
  page("agents", "agents", "agents", IconRobot, () => import("./agents"), "agents.read"),
  page("agents", "conversations", "conversations", IconMessages, () => import("./conversations")),
  page("agents", "inbox", "inbox", IconInbox, () => import("./inbox"), "agents.read"),

  // Voice
  page("voice", "calls", "calls", IconPhone, () => import("./calls"), "agents.read"),
  page("voice", "live", "live", IconHeadset, () => import("./live"), "agents.read"),
  page("voice", "numbers", "numbers", IconHash, () => import("./numbers"), "agents.read"),
  page("voice", "flows", "flows", IconRoute, () => import("./flows"), "agents.read"),
  page(
    "voice",
    "campaigns",
    "campaigns",
    IconSpeakerphone,
    () => import("./campaigns"),
    "agents.read",
  ),

  // Functions
  page(
    "functions",
    "functions",
    "functions",
    IconFunction,
    () => import("./functions"),
    "agents.read",
  ),

  // Shop
  page("shop", "shop", "shop", IconShoppingBag, () => import("./shop"), "stores.manage"),

  // Account
  page("account", "credits", "credits", IconCoins, () => import("./credits"), "billing.read"),
  page("account", "users", "users", IconUsers, () => import("./users"), "users.read"),
  page("account", "keys", "keys", IconKey, () => import("./keys"), "keys.manage"),
  page("account", "audit", "audit", IconHistory, () => import("./audit"), "audit.read"),
  page("account", "models", "models", IconCpu, () => import("./models"), "agents.read"),
  page(
    "account",
    "webhooks",
    "webhooks",
    IconWebhook,
    () => import("./webhooks"),
    "webhooks.manage",
  ),

  // System
  page("system", "tenants", "tenants", IconBuilding, () => import("./tenants"), "tenants.manage"),
  page("system", "health", "health", IconActivity, () => import("./health"), "system.read"),
  page("system", "settings", "settings", IconSettings, () => import("./settings")),
];
