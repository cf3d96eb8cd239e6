// The public chat page of an agent: the widget's conversation as a page of its own.

/** @param {string} id */
function byId(id) {
  return document.getElementById(id);
}

async function begin() {
  const main = document.querySelector("main");
  const { agent, accent } = main.dataset;
  const { theme } = document.documentElement.dataset;
  document.documentElement.style.setProperty("--accent", accent);
  const language = document.documentElement.lang;
  const options = { agent, server: location.origin, theme, language };
  const { chat, look } = await window.aiva.mount(main, options);
  const call = byId("call");
  if (call) call.textContent = look.words.call;
  const again = byId("again");
  again.textContent = look.words.again;
  again.addEventListener("click", () => {
    chat.clear();
    chat.composer.input.focus();
  });
  chat.composer.input.focus();
}

void begin().catch(() => {
  const main = document.querySelector("main");
  main.textContent = "This chat is not available.";
});
