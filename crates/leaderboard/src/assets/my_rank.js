// Pins the row of the current viewer, whose name the claim form stores in this browser.
(() => {
  const slot = document.querySelector("[data-you]");
  if (!slot) return;
  const remembered = "tallyboard.csm";
  const question = slot.querySelector("form");
  const answer = document.createElement("div");
  slot.append(answer);

  const forget = quietButton(["Not you?"], () => {
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
    // Without local storage the question is shown.
    const csm = stored((storage) => storage.getItem(remembered));
    if (!csm) return;
    const address = new URL(slot.dataset.you, location);
    address.searchParams.set("csm", csm);
    try {
      const line = (await fetchPage(address)).querySelector("[data-own]");
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
