// Functions that several scripts of the pages use.
(() => {
  const policy = globalThis.trustedTypes?.createPolicy("tallyboard", { createHTML: (text) => text });
  // Parses a fetched page of this program. The policy is the only one that may turn text into HTML (Trusted Types), so it
  // takes responses of our own origin alone. Scripts of a parsed page do not run.
  globalThis.parsePage = async (answer) => {
    if (new URL(answer.url).origin !== location.origin) throw new Error("not a page of this program");
    const text = await answer.text();
    return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
  };
  const get = async (address, type, signal) => {
    const answer = await fetch(address, { headers: { Accept: type }, signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer;
  };
  globalThis.fetchPage = async (address) => parsePage(await get(address, "text/html"));
  globalThis.fetchJson = async (address, signal) => (await get(address, "application/json", signal)).json();
  globalThis.quietButton = (content, press) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.append(...content);
    button.addEventListener("click", press);
    return button;
  };
  // What `change` returns for the local storage; null where there is none.
  globalThis.stored = (change) => {
    try {
      return change(localStorage);
    } catch {
      return null;
    }
  };
})();
