// Parses a fetched page of this program. Its policy is the only one that may turn text into HTML (Trusted Types), and it
// takes responses of our own origin alone. Scripts of a parsed page do not run.
(() => {
  const policy = globalThis.trustedTypes?.createPolicy("tallyboard", { createHTML: (text) => text });
  globalThis.parsePage = async (answer) => {
    if (new URL(answer.url).origin !== location.origin) throw new Error("not a page of this program");
    const text = await answer.text();
    return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
  };
})();
