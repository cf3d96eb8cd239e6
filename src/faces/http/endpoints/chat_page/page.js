// The public chat page of an agent: talks to the server that served it, with a token that may do
// nothing but that. Text of models is only ever set as text, never as HTML.
"use strict";

(() => {
  const main = document.querySelector("main");
  const log = document.getElementById("log");
  const form = document.getElementById("form");
  const input = document.getElementById("input");
  const button = form.querySelector("button[type=submit]");
  const status = document.getElementById("status");
  const again = document.getElementById("again");
  const base = `/aiva/chat/${encodeURIComponent(main.dataset.agent)}`;
  const kept = `aiva-chat-${main.dataset.agent}`;
  document.documentElement.style.setProperty("--accent", main.dataset.accent);

  let token = "";
  try {
    token = sessionStorage.getItem(kept) ?? "";
  } catch {
    // Storage may be forbidden in a frame: then the conversation ends with the page.
  }

  function keep(text) {
    token = text;
    try {
      if (text) sessionStorage.setItem(kept, text);
      else sessionStorage.removeItem(kept);
    } catch {
      // As above.
    }
  }

  function say(text) {
    status.textContent = text;
  }

  function add(role, text) {
    const item = document.createElement("div");
    item.className = `message ${role}`;
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = role === "user" ? "You:" : `${main.dataset.name}:`;
    const body = document.createElement("p");
    body.textContent = text;
    item.append(who, body);
    log.append(item);
    item.scrollIntoView({ block: "end" });
    return item;
  }

  function setText(item, text) {
    item.querySelector("p").textContent = text;
    item.scrollIntoView({ block: "end" });
  }

  function setSources(item, sources) {
    if (sources.length === 0) return;
    const list = document.createElement("ol");
    list.className = "sources";
    list.setAttribute("aria-label", "Sources");
    for (const source of sources) {
      const line = document.createElement("li");
      line.value = source.number;
      line.textContent = `${source.document_name}, page ${source.page}`;
      line.title = source.quote;
      list.append(line);
    }
    item.append(list);
  }

  // Images want the token, too: they are fetched, and shown out of memory.
  async function setImages(item, images) {
    for (const image of images) {
      const response = await fetch(image.thumbnail_url, { headers: { "x-chat-token": token } });
      if (!response.ok) continue;
      const picture = document.createElement("img");
      picture.alt = image.description;
      picture.src = URL.createObjectURL(await response.blob());
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      item.append(picture);
    }
  }

  // A product leads to its page in the shop; its picture is shown where this server keeps it.
  function setProducts(item, products) {
    if (!products || products.length === 0) return;
    const list = document.createElement("ul");
    list.className = "products";
    list.setAttribute("aria-label", "Products");
    for (const product of products) {
      const line = document.createElement("li");
      const hasPage = /^https?:\/\//.test(product.url);
      const name = document.createElement(hasPage ? "a" : "span");
      name.textContent = product.title;
      if (hasPage) {
        name.href = product.url;
        name.target = "_blank";
        name.rel = "noopener noreferrer";
      }
      const stock = product.in_stock ? "" : " (sold out)";
      line.append(name, ` ${product.price} ${product.currency}${stock}`);
      list.append(line);
      const picture = { thumbnail_url: product.thumbnail_url, description: product.title };
      if (product.thumbnail_url.startsWith("/")) setImages(line, [picture]).catch(() => {});
    }
    item.append(list);
  }

  async function fail(response) {
    let message = `The server answered ${response.status}`;
    try {
      message = (await response.json()).error.message;
    } catch {
      // No JSON: the status has to do.
    }
    const error = new Error(message);
    error.status = response.status;
    throw error;
  }

  async function openSession() {
    const response = await fetch(`${base}/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(token ? { token } : {}),
    });
    if (!response.ok) await fail(response);
    const { data } = await response.json();
    keep(data.token);
  }

  function post(content) {
    return fetch(`${base}/messages`, {
      method: "POST",
      headers: {
        accept: "text/event-stream",
        "content-type": "application/json",
        "x-chat-token": token,
      },
      body: JSON.stringify({ content }),
    });
  }

  // Calls `each(event, data)` for every event of a stream.
  async function readEvents(response, each) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        let event = "message";
        let data = "";
        for (const line of lines) {
          if (line.startsWith("event:")) event = line.slice(6).trim();
          if (line.startsWith("data:")) data += line.slice(5).trim();
        }
        if (data) each(event, JSON.parse(data));
      }
    }
  }

  async function ask(content) {
    if (!token) await openSession();
    let response = await post(content);
    if (response.status === 401) {
      // The token has ended: it earns the next one, or a new conversation begins.
      await openSession().catch(async () => {
        keep("");
        await openSession();
      });
      response = await post(content);
    }
    if (!response.ok) await fail(response);
    const item = add("assistant", "");
    let text = "";
    let ended = false;
    await readEvents(response, (event, data) => {
      if (event === "delta") setText(item, (text += data.text));
      if (event === "done" && data.buffering) {
        ended = true;
        item.remove();
      } else if (event === "done") {
        ended = true;
        setText(item, data.text);
        setSources(item, data.sources);
        setImages(item, data.images).catch(() => {});
        setProducts(item, data.products);
      }
      if (event === "error") throw new Error(data.message);
    });
    if (!ended) throw new Error("The answer broke off");
  }

  async function send() {
    const content = input.value.trim();
    if (!content || button.disabled) return;
    button.disabled = true;
    add("user", content);
    input.value = "";
    say("Answering…");
    try {
      await ask(content);
      say("");
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
      input.focus();
    }
  }

  function greet() {
    if (main.dataset.greeting) add("assistant", main.dataset.greeting);
  }

  // The greeting is the first message of what was said before.
  async function restore() {
    if (!token) return greet();
    const response = await fetch(`${base}/messages`, { headers: { "x-chat-token": token } });
    if (!response.ok) return greet();
    const { data } = await response.json();
    for (const message of data.items) {
      const item = add(message.role, message.text);
      setSources(item, message.sources);
      setImages(item, message.images).catch(() => {});
      setProducts(item, message.products);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  });
  again.addEventListener("click", () => {
    keep("");
    log.replaceChildren();
    greet();
    say("");
    input.focus();
  });
  restore().catch(() => say("The earlier conversation could not be loaded"));
})();
