// Keyboard shortcuts. They are ignored while the user types, and can be switched off permanently.
(() => {
  const help = document.querySelector("[data-keys-help]");
  if (!help) return;
  const setting = "tallyboard.keys";
  // Without local storage they are on.
  const areOff = () => stored((storage) => storage.getItem(setting)) === "off";

  const bindSwitch = (root) => {
    const button = root.querySelector("[data-keys-switch]");
    if (!button) return;
    const label = () => {
      button.textContent = areOff() ? button.dataset.on : button.dataset.off;
    };
    button.hidden = false;
    label();
    button.addEventListener("click", () => {
      const change = areOff() ? (storage) => storage.removeItem(setting) : (storage) => storage.setItem(setting, "off");
      stored(change);
      label();
    });
  };
  bindSwitch(document);

  let dialog;
  const open = async () => {
    if (!dialog) {
      try {
        const page = await fetchPage(help.href);
        dialog = document.createElement("dialog");
        dialog.className = "keys-dialog";
        dialog.setAttribute("aria-labelledby", "keys");
        const close = document.createElement("form");
        close.method = "dialog";
        const button = document.createElement("button");
        button.className = "quiet";
        button.textContent = help.dataset.close;
        close.append(button);
        dialog.append(...page.querySelector("[data-keys]").childNodes, close);
        document.body.append(dialog);
        bindSwitch(dialog);
      } catch {
        dialog?.remove();
        dialog = undefined;
        return location.assign(help.href);
      }
    }
    if (!dialog.open) dialog.showModal();
  };

  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.checkVisibility());
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement?.closest("tbody tr"));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (!next) return;
    next.tabIndex = -1;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const enter = () => {
    const row = document.activeElement;
    const link = row?.matches("tbody tr") && row.querySelector("a[href]");
    link?.click();
    return Boolean(link);
  };
  const search = () => {
    const field = document.querySelector("main [role=search] input, main input[type=search]");
    const elsewhere = document.querySelector("a[data-search]");
    if (field) field.select();
    else if (elsewhere) location.assign(`${elsewhere.href}#search`);
  };
  if (location.hash === "#search") search();
  const claim = () => {
    const field = document.querySelector("form[data-claim] #csm");
    if (field) return field.focus();
    location.assign(document.querySelector(".masthead .action").href);
  };
  const leave = () => {
    const details = document.activeElement?.closest("details[open]");
    if (details) {
      details.open = false;
      details.querySelector("summary").focus();
    } else if (document.activeElement?.matches("tbody tr")) {
      document.activeElement.blur();
    }
  };
  const go = (letter) => {
    const links = [...document.querySelectorAll(".masthead nav a")];
    const link = links.find((it) => it.pathname.slice(1).startsWith(letter));
    if (link) location.assign(link.href);
    return Boolean(link);
  };

  const keys = { "?": open, "/": search, n: claim, j: () => step(1), k: () => step(-1) };
  let going = 0;
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return leave();
    if (!(event.target instanceof Element) || isTyping(event.target) || dialog?.open) return;
    if (event.key === "Enter") return void (enter() && event.preventDefault());
    if (areOff()) return;
    const wasGoing = Date.now() - going < 1_500;
    going = 0;
    if (wasGoing && /^[a-z]$/.test(event.key)) {
      if (go(event.key)) event.preventDefault();
    } else if (event.key === "g") {
      going = Date.now();
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
