// What all widgets of a page share: their places beside one another, and who is open.

/** @type {Widget[]} */
const placed = [];

const launcherWidth = 76;

/** Puts the launchers of each side in a row. */
function placeAll() {
  for (const side of ["right", "left"]) {
    let shift = 0;
    for (const widget of placed.filter((each) => each.side === side)) {
      widget.host.style.setProperty("--shift", `${shift}px`);
      shift += Math.max(launcherWidth, widget.launcher.offsetWidth + 16);
    }
  }
}

/** Only one panel of a side is open. @param {Widget} opened */
function closeOthers(opened) {
  for (const widget of placed)
    if (widget !== opened && widget.side === opened.side && widget.isOpen) widget.close(false);
}

const small = "(max-width: 480px)";

/**
 * On a phone the panel is the whole screen, as far as the keyboard leaves it.
 * @param {Widget} widget
 */
function fitScreen(widget) {
  const viewport = window.visualViewport;
  const fills = widget.isOpen && matchMedia(small).matches;
  const { style } = widget.panel;
  style.height = fills && viewport ? `${viewport.height}px` : "";
  style.transform = fills && viewport?.offsetTop ? `translateY(${viewport.offsetTop}px)` : "";
  widget.panel.setAttribute("aria-modal", String(fills));
  document.documentElement.style.overflow =
    placed.some((each) => each.isOpen) && fills ? "hidden" : "";
}

/** @param {ParentNode} root */
function focusable(root) {
  const found = root.querySelectorAll(
    "button, a[href], textarea, iframe, [tabindex]:not([tabindex='-1'])",
  );
  return /** @type {HTMLElement[]} */ ([...found]).filter(
    (element) => element.offsetParent !== null && !element.closest("[hidden]"),
  );
}

/**
 * The Tab key goes round within the panel.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} panel
 * @param {Element | null} active
 */
function trapFocus(event, panel, active) {
  if (event.key !== "Tab") return;
  const stops = focusable(panel);
  const first = stops[0];
  const last = stops.at(-1);
  const from = event.shiftKey ? first : last;
  const to = event.shiftKey ? last : first;
  if (active !== from && active !== panel) return;
  event.preventDefault();
  to?.focus();
}
