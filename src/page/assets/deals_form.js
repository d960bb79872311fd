// Shortens the way through the pages of a deal. Without it the same forms do the same.
(() => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    });
  }

  // Choosing a stage is enough; whoever walks through the choices by keyboard sends with the button.
  for (const form of document.querySelectorAll("form[data-stage]")) {
    const select = form.querySelector("select");
    let pointed = false;
    select.addEventListener("pointerdown", () => { pointed = true; });
    select.addEventListener("keydown", () => { pointed = false; });
    select.addEventListener("change", () => { if (pointed) form.requestSubmit(); });
  }

  // The way back stands out for ten seconds; it works for longer.
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
  // What was understood belongs to what was sent, not to what is being typed.
  if (amount && understood) amount.addEventListener("input", () => understood.replaceChildren(), { once: true });
})();
