import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assertAccessible, House, picture } from "./harness.ts";

let house: House;
let agent: { id: string };
before(async () => {
  house = await House.open();
  const base = (await house.call("GET", "/api/knowledge")).items[0];
  agent = await house.call("POST", "/api/agents", {
    name: "Shop desk",
    kb_ids: [base.id],
    publish: true,
  });
});
after(() => house?.close());

async function begin(name: string, message = "How long may goods be returned?") {
  const session = await house.call("POST", "/api/chat/sessions", {
    agent_id: agent.id,
    user_name: name,
    title: `Question of ${name}`,
    metadata: { page: "/returns" },
  });
  await say(session.id, message);
  return session;
}

const say = (id: string, content: string) =>
  house.call("POST", `/api/chat/${id}/messages`, { content });

test("new conversations appear by themselves and are found", async () => {
  await begin("Ada");
  const page = await house.visit("/conversations");
  await page.getByRole("link", { name: "Question of Ada" }).waitFor();

  await begin("Grace");
  await page.getByRole("link", { name: "Question of Grace" }).waitFor();
  await page.getByText("live", { exact: false }).first().waitFor();
  await assertAccessible(page);
  await picture(page, "conversations");
  await page.getByLabel("Find").fill("grace ret");
  await page.getByRole("link", { name: "Question of Ada" }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Question of Grace" }).waitFor();
  await page.locator("mark", { hasText: /^ret/i }).first().waitFor();
  await assertAccessible(page);
  await picture(page, "conversations-found");
  await page.getByLabel("Find").fill("chrysanthemum");
  await page.getByText("No conversation has “chrysanthemum”.").waitFor();
  await page.getByLabel("Find").fill("");
  await page.getByRole("link", { name: "Question of Ada" }).waitFor();
  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "ended" }).click();
  await page.getByText("Nothing fits these filters.").waitFor();
  await house.leave(page);
});

test("a transcript shows citations and cost, grows, is rated, kept and ended", async () => {
  const session = await begin("Edsger");
  const page = await house.visit(`/conversations/${session.id}`);
  const transcript = page.getByRole("log", { name: "Transcript" });
  await transcript
    .getByText(/passages?$/)
    .first()
    .click();
  await transcript.getByText("cited", { exact: true }).first().waitFor();
  await transcript
    .getByText(/Cost: /)
    .first()
    .waitFor();

  await say(session.id, "And who pays for the parcel?");
  await transcript.getByText("And who pays for the parcel?").waitFor();
  await page.getByRole("button", { name: "Message 2 was helpful" }).click();
  await page.getByRole("button", { name: "Message 2 was helpful", pressed: true }).waitFor();
  await assertAccessible(page);
  await picture(page, "conversation");

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const kept = JSON.parse(readFileSync((await (await saving).path())!, "utf8"));
  assert.equal(kept.data.messages.length, 4);
  assert.equal(kept.data.feedback.length, 1);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await page.getByText("ended", { exact: true }).waitFor();
  await page.getByRole("link", { name: "All conversations" }).click();
  await page.getByRole("tab", { name: "Feedback" }).click();
  await page.getByRole("table").getByText("Helpful", { exact: true }).waitFor();
  await assertAccessible(page);
  await picture(page, "conversation-feedback");
  await house.leave(page);
});

test("whoever waits for a person is answered in the inbox", async () => {
  const page = await house.visit("/inbox");
  await page.getByText("Nobody waits.").waitFor();

  const session = await begin("Barbara");
  await house.call("POST", `/api/chat/sessions/${session.id}/transfer`, {
    reason: "wants a refund",
    queue: "billing",
  });
  await page.getByText("1 conversation waits for a person").waitFor();
  await page.getByRole("link", { name: /Barbara/ }).click();
  await page.getByRole("button", { name: "Take over" }).click();
  await page.getByRole("link", { name: /Barbara.*yours/ }).waitFor();
  await page.getByLabel("Your answer").fill("I pay it back today.");
  await page.keyboard.press("Enter");
  const transcript = page.getByRole("log", { name: "Transcript" });
  await transcript.getByText("I pay it back today.").waitFor();
  await say(session.id, "Thank you!");
  await transcript.getByText("Thank you!").waitFor();
  const notes = page.getByRole("region", { name: "Notes for colleagues" });
  await notes.getByLabel("New note").fill("Calls every week.");
  await notes.getByRole("button", { name: "Add the note" }).click();
  await notes.getByRole("listitem").getByText("Calls every week.").waitFor();
  await assertAccessible(page);
  await picture(page, "inbox");

  await page.getByRole("button", { name: "Give back to the agent" }).click();
  await page.getByText("The agent answers here again.").waitFor();
  const messages = (await house.call("GET", `/api/chat/${session.id}/messages`)).items;
  assert.ok(messages.some((message: { role: string }) => message.role === "operator"));
  await house.leave(page);
});

test("colleagues leave notes, which nobody else sees", async () => {
  const session = await begin("Kurt");
  const path = `/api/chat/sessions/${session.id}/notes`;
  const password = "Passw0rd-of-Mary";
  const [colleague, customer] = [
    { email: "mary@test.test", name: "Mary", password, role: "agent_manager" },
    { email: "kurt@test.test", name: "Kurt", password, role: "client" },
  ];
  for (const user of [colleague, customer]) await house.call("POST", "/api/users", user);
  for (let count = 1; count <= 11; ++count)
    await house.call("POST", path, { content: `Note ${count}` });

  const page = await house.visit(`/conversations/${session.id}`, { as: colleague });
  const notes = page.getByRole("region", { name: "Notes for colleagues" });
  await notes.getByText("Note 11").waitFor();
  assert.equal(await notes.getByRole("button", { name: /^Remove the note/ }).count(), 0);
  await notes.getByRole("button", { name: "Next" }).click();
  await notes.getByText("Note 1", { exact: true }).waitFor();
  await notes.getByLabel("New note").fill("Mine");
  await notes.getByRole("button", { name: "Add the note" }).click();
  await notes.getByRole("button", { name: "Remove the note of Mary" }).click();
  await assertAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await notes.getByText("Mine", { exact: true }).waitFor({ state: "detached" });
  await picture(page, "conversation-notes");
  await house.leave(page);

  const outside = await house.visit(`/conversations/${session.id}`, { as: customer });
  await outside.getByRole("log", { name: "Transcript" }).waitFor();
  assert.equal(await outside.getByText("Notes for colleagues").count(), 0);
  await house.leave(outside);
  const kept = JSON.stringify(await house.call("GET", `/api/chat/sessions/${session.id}/export`));
  assert.ok(!kept.includes("Note 11"));
});

test("a transcript in Arabic and in a narrow window", async () => {
  const session = await begin("Omar");
  const page = await house.visit(`/conversations/${session.id}`, {
    language: "ar",
    width: 390,
    height: 844,
  });
  await page.getByRole("button", { name: "الرسالة 2 كانت مفيدة" }).waitFor();

  await assertAccessible(page);
  await picture(page, "conversation-arabic");
  await house.leave(page);
});
