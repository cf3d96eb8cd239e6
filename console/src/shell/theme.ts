import {
  createTheme,
  mergeThemeOverrides,
  type CSSVariablesResolver,
  type MantineThemeOverride,
} from "@mantine/core";

const base = createTheme({
  primaryColor: "aiva",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
  colors: {
    aiva: [
      "#eef4ff",
      "#dbe6fd",
      "#b6ccf8",
      "#8eaff3",
      "#6b96ee",
      "#4f82ea",
      "#2f68dd",
      "#2456c0",
      "#1c479f",
      "#153a83",
    ],
  },
});

/** The theme with the names of the library's own buttons in the user's language. */
export function themeWith(names: { close: string; reveal: string }): MantineThemeOverride {
  const closeButtonProps = { "aria-label": names.close };
  // A window's head is not the page's, which a header element outside of all would be.
  const header = { defaultProps: { role: "presentation" } };
  return mergeThemeOverrides(base, {
    components: {
      ModalHeader: header,
      DrawerHeader: header,
      Modal: { defaultProps: { closeButtonProps }, styles: { title: { fontWeight: 700 } } },
      Drawer: { defaultProps: { closeButtonProps } },
      Notification: { defaultProps: { closeButtonProps, withBorder: true } },
      Alert: { defaultProps: { closeButtonLabel: names.close } },
      PasswordInput: {
        defaultProps: {
          visibilityToggleButtonProps: { "aria-label": names.reveal, tabIndex: 0 },
        },
      },
    },
  });
}

// For text of 4.5:1 upon pale (light) and deep (dark) grounds of its own colour: the library's
// colours alone do not reach that.
const inks: Record<string, { light: string; dark: string; filled: string }> = {
  aiva: { light: "#1c479f", dark: "#b6ccf8", filled: "#2456c0" },
  blue: { light: "#1552a0", dark: "#a5d8ff", filled: "#1864ab" },
  cyan: { light: "#0b5563", dark: "#99e9f2", filled: "#0b7285" },
  teal: { light: "#066649", dark: "#96f2d7", filled: "#087f5b" },
  green: { light: "#1a6629", dark: "#b2f2bb", filled: "#237a34" },
  yellow: { light: "#6b4a00", dark: "#ffec99", filled: "#8a6100" },
  orange: { light: "#8a2f05", dark: "#ffd8a8", filled: "#b83b07" },
  red: { light: "#a51111", dark: "#ffc9c9", filled: "#c92a2a" },
  violet: { light: "#5028c6", dark: "#d0bfff", filled: "#5f3dc4" },
  gray: { light: "#343a40", dark: "#dee2e6", filled: "#495057" },
};

export const variables: CSSVariablesResolver = () => {
  const light: Record<string, string> = {
    "--mantine-color-dimmed": "#495057",
    "--mantine-color-placeholder": "#5c636a",
    "--mantine-color-error": "#c92a2a",
  };
  const dark: Record<string, string> = {
    "--mantine-color-dimmed": "#b8b8b8",
    "--mantine-color-placeholder": "#a3a3a3",
    "--mantine-color-error": "#ffa8a8",
  };
  for (const [color, ink] of Object.entries(inks)) {
    const name = `--mantine-color-${color}`;
    light[`${name}-light-color`] = light[`${name}-outline`] = light[`${name}-text`] = ink.light;
    dark[`${name}-light-color`] = dark[`${name}-outline`] = dark[`${name}-text`] = ink.dark;
    light[`${name}-filled`] = dark[`${name}-filled`] = ink.filled;
  }
  light["--mantine-color-anchor"] = inks["aiva"]!.light;
  dark["--mantine-color-anchor"] = inks["aiva"]!.dark;
  return { variables: {}, light, dark };
};
