// Puts a button into a page that opens the chat of an agent in a frame:
// <script src="https://aiva.example/aiva/widget.js" data-agent="SLUG" async></script>, perhaps with
// data-title, data-color and data-position (left).
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

  function style(element, rules) {
    Object.assign(element.style, { position: "fixed", zIndex: "2147483000", ...rules });
    element.style[side] = "20px";
  }

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  style(button, {
    bottom: "20px",
    minHeight: "48px",
    padding: "0 20px",
    border: "0",
    borderRadius: "24px",
    background: color,
    color: "#fff",
    font: "16px system-ui, sans-serif",
    cursor: "pointer",
  });

  let frame;
  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.src = `${server}/aiva/chat/${encodeURIComponent(agent)}`;
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
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") close();
  });

  if (document.body) document.body.append(button);
  else addEventListener("DOMContentLoaded", () => document.body.append(button));
})();
