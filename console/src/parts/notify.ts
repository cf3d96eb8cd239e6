import { notifications } from "@mantine/notifications";

/** Tells at the edge of the window what has been done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: "green" });
}

/** Tells at the edge of the window what went wrong. */
export function notifyProblem(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  notifications.show({ message, color: "red", autoClose: 10_000 });
}
