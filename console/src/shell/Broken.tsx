import { Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { useWords } from "../language";
import { PageTitle } from "../parts/PageTitle";
import { Problem } from "../parts/Problem";
import { ar, en } from "./words";

function Told({ error, again }: { error: Error; again: () => void }) {
  const t = useWords({ en, ar });
  return (
    <>
      <PageTitle title={t("broken")} />
      <Text>{t("brokenText")}</Text>
      <Problem error={error} again={again} />
    </>
  );
}

/** Keeps a page that breaks from taking the others along. */
export class Broken extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Told error={error} again={() => this.setState({ error: null })} />;
  }
}
