import { lazy, Suspense } from "react";
import { Waiting } from "../parts/Waiting";
import { useSession } from "../session";

const SignIn = lazy(() => import("../pages/sign-in"));
const Shell = lazy(() => import("./Shell").then((module) => ({ default: module.Shell })));

/** The console for those who are signed in, the way in for all others; the address stays. */
export function Gate() {
  const { user } = useSession();
  return <Suspense fallback={<Waiting />}>{user === null ? <SignIn /> : <Shell />}</Suspense>;
}
