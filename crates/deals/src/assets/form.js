// Helpers for the pages of a deal. Without it the same forms work by their buttons.
(() => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    });
  }

  // Choosing a stage with the pointer submits; with the keyboard the button does. Lists are replaced while they
  // stay open, so the listener is on the document and not on the form.
  let pointed = null;
  const stageOf = (event) => event.target.closest?.("form[data-stage] select");
  document.addEventListener("pointerdown", (event) => { pointed = stageOf(event) ?? pointed; });
  document.addEventListener("keydown", (event) => { if (stageOf(event)) pointed = null; });
  document.addEventListener("change", (event) => {
    const select = stageOf(event);
    if (select && select === pointed) select.form.requestSubmit();
  });

  // The undo link is highlighted for ten seconds; it works for longer.
  const undo = document.querySelector("[data-undo]");
  if (undo) {
    undo.classList.add("fresh");
    setTimeout(() => undo.classList.remove("fresh"), 10000);
    const address = new URL(location.href);
    for (const name of ["did", "deal", "since"]) address.searchParams.delete(name);
    history.replaceState(null, "", address);
  }

  const amount = document.querySelector("#montant_brut");
  const understood = document.querySelector("#montant_brut-understood");
  // The parsed value belongs to the submitted input, so it is removed while the user types.
  if (amount && understood) amount.addEventListener("input", () => understood.replaceChildren(), { once: true });
})();
