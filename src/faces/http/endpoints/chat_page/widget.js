// Puts a button into a page that opens the chat of an agent in a frame:
// <script src="https://aiva.example/aiva/widget.js" data-agent="SLUG" async></script>, perhaps with
// data-title, data-color and data-position (left). With data-call, the text of a second button, the
// agent can be called, too.
// The frame is the server's own page, so that this page sees nothing of the conversation.
"use strict";

(() => {
  const script = document.currentScript;
  const agent = script?.dataset.agent;
  if (!agent) return;
  const server = new URL(script.src).origin;
  const side = script.dataset.position === "left" ? "left" : "right";
  const color = /^#[0-9a-f]{6}$/i.test(script.dataset.color ?? "")
    ? script.dataset.color
    : "#1f5fbf";
  const title = script.dataset.title || "Chat";

  const call = script.dataset.call;

  function style(element, rules) {
    Object.assign(element.style, {
      position: "fixed",
      zIndex: "2147483000",
      ...rules,
    });
    element.style[side] = "20px";
  }

  function makeButton(text) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-haspopup", "dialog");
    Object.assign(made.style, {
      minHeight: "48px",
      marginLeft: "8px",
      padding: "0 20px",
      border: "0",
      borderRadius: "24px",
      background: color,
      color: "#fff",
      font: "16px system-ui, sans-serif",
      cursor: "pointer",
    });
    return made;
  }

  const bar = document.createElement("div");
  style(bar, { bottom: "20px" });
  const button = makeButton(title);
  button.setAttribute("aria-expanded", "false");
  bar.append(button);

  let frame;
  function open(kind = "chat") {
    const page = `${server}/aiva/${kind}/${encodeURIComponent(agent)}`;
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.allow = "microphone; autoplay"; // for calls
      style(frame, {
        bottom: "80px",
        width: "min(400px, calc(100vw - 40px))",
        height: "min(600px, calc(100vh - 100px))",
        border: "1px solid #8888",
        borderRadius: "12px",
        background: "#fff",
      });
      document.body.append(frame);
    }
    const isNew = frame.src === "" || (kind === "call" && frame.src !== page);
    if (isNew) frame.src = page;
    frame.hidden = false;
    frame.style.display = "";
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  }
  function close() {
    frame.hidden = true;
    frame.style.display = "none";
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-expanded") === "true") close();
    else open();
  });
  if (call) {
    const second = makeButton(call);
    second.addEventListener("click", () => open("call"));
    bar.append(second);
  }
  document.addEventListener("keydown", (event) => {
    if (
      event.key === "Escape" &&
      button.getAttribute("aria-expanded") === "true"
    )
      close();
  });

  if (document.body) document.body.append(bar);
  else addEventListener("DOMContentLoaded", () => document.body.append(bar));
})();
