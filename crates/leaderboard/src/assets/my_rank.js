// Pins the row of the current viewer, whose name the claim form stores in this browser.
(() => {
  const slot = document.querySelector("[data-you]");
  if (!slot) return;
  const remembered = "tallyboard.csm";
  const stored = (change) => {
    try {
      return change(localStorage);
    } catch {
      // Without local storage the question is shown.
      return null;
    }
  };
  const question = slot.querySelector("form");
  const answer = document.createElement("div");
  slot.append(answer);

  const forget = document.createElement("button");
  forget.type = "button";
  forget.className = "quiet";
  forget.textContent = "Not you?";
  forget.addEventListener("click", () => {
    stored((storage) => storage.removeItem(remembered));
    answer.replaceChildren();
    question.hidden = false;
    question.querySelector("input").focus();
    show();
  });

  const show = () => {
    const own = answer.querySelector("[data-csm]")?.dataset.csm;
    for (const row of document.querySelectorAll(".ranking tbody tr")) {
      row.classList.toggle("own", own !== undefined && row.querySelector(".name bdi")?.textContent === own);
    }
  };
  const ask = async () => {
    const csm = stored((storage) => storage.getItem(remembered));
    if (!csm) return;
    const address = new URL(slot.dataset.you, location);
    address.searchParams.set("csm", csm);
    try {
      const page = await fetch(address, { headers: { Accept: "text/html" } });
      if (!page.ok) return;
      const line = (await parsePage(page)).querySelector("[data-own]");
      // A row that has the focus is not replaced.
      if (!line || answer.contains(document.activeElement)) return;
      question.hidden = true;
      answer.replaceChildren(line, forget);
      show();
    } catch {
      // The next round retries.
    }
  };
  question.addEventListener("submit", (event) => {
    const csm = question.elements.csm.value.trim();
    if (!csm) return;
    event.preventDefault();
    stored((storage) => storage.setItem(remembered, csm));
    ask();
  });
  document.addEventListener("updated", ask);
  ask();
})();
