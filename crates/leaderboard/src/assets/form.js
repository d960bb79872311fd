// Helpers for the claim form. Without it the form does the same, with one request per step.
(() => {
  const form = document.querySelector("form[data-claim]");
  if (!form) return;
  const csm = form.elements.csm;
  const company = form.elements.company;
  const items = [...form.querySelectorAll(".choices li")];
  const counter = form.querySelector("[data-count]");
  const box = (item) => item.querySelector("input");

  const remembered = "tallyboard.csm";
  // Without local storage the name is asked for each time.
  csm.value ||= stored((storage) => storage.getItem(remembered)) ?? "";

  const count = () => {
    const ticked = items.filter((item) => box(item).checked && !box(item).disabled).length;
    counter.hidden = false;
    counter.textContent = `${ticked} selected`;
  };
  form.addEventListener("change", count);

  const filterField = form.querySelector("[data-filter]");
  if (filterField) {
    const filter = filterField.querySelector("input");
    const none = form.querySelector("[data-none]");
    const fold = (text) => text.normalize("NFKD").replace(/[\p{M}\s]/gu, "").toLowerCase();
    filterField.hidden = false;
    filter.addEventListener("input", () => {
      const wanted = fold(filter.value);
      for (const item of items) item.hidden = !fold(box(item).value).includes(wanted);
      none.hidden = items.some((item) => !item.hidden);
    });
    // Enter in the filter ticks the only match and does not submit the form.
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const shown = items.filter((item) => !item.hidden && !box(item).disabled);
      if (filter.value && shown.length === 1) {
        box(shown[0]).checked = true;
        count();
        filter.select();
      }
    });
  }

  const unlock = (item) => {
    if (!item.classList.contains("locked")) return;
    item.classList.remove("locked");
    item.querySelector("small")?.remove();
    item.querySelector("a")?.remove();
    box(item).disabled = false;
    box(item).checked = item.dataset.wanted === "yes";
  };
  const lock = (item, credit) => {
    item.dataset.wanted = box(item).checked ? "yes" : "no";
    item.classList.add("locked");
    box(item).checked = true;
    box(item).disabled = true;
    const note = document.createElement("small");
    const day = document.createElement("time");
    day.className = "day";
    day.dateTime = credit.at;
    day.textContent = credit.on;
    note.append(`credited to ${credit.csm}, `, day);
    item.querySelector("span").append(" ", note);
    const dispute = document.createElement("a");
    dispute.href = credit.dispute;
    dispute.textContent = "Dispute";
    dispute.ariaLabel = `Dispute the credit for ${credit.integration}`;
    item.append(dispute);
  };
  // A dispute is made under the name in the form.
  form.addEventListener("click", ({ target }) => {
    const dispute = target.closest(".locked a");
    if (!dispute || !csm.value.trim()) return;
    const address = new URL(dispute.href);
    address.searchParams.set("csm", csm.value.trim());
    dispute.href = address;
  });
  const show = (credits) => {
    const byName = new Map(credits.map((credit) => [credit.integration, credit]));
    for (const item of items) {
      unlock(item);
      const credit = byName.get(box(item).value);
      if (credit) lock(item, credit);
    }
    count();
  };

  let asked = company.value.trim();
  let pending;
  const ask = async () => {
    const name = company.value.trim();
    if (name === asked) return;
    asked = name;
    pending?.abort();
    if (!name) return show([]);
    pending = new AbortController();
    try {
      const address = `${form.dataset.credited}?company=${encodeURIComponent(name)}`;
      show((await fetchJson(address, pending.signal)).credited);
    } catch (problem) {
      // If the request fails, the server checks when the form is submitted.
      if (problem.name !== "AbortError") show([]);
    }
  };
  let typing;
  company.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(ask, 300);
  });
  company.addEventListener("change", ask);

  const send = form.querySelector("button.action");
  form.addEventListener("submit", (event) => {
    if (send.getAttribute("aria-disabled") === "true") return event.preventDefault();
    send.setAttribute("aria-disabled", "true");
    stored((storage) => storage.setItem(remembered, csm.value.trim()));
  });
  // The back-forward cache restores the page with the button still marked as busy.
  addEventListener("pageshow", (event) => {
    send.removeAttribute("aria-disabled");
    if (event.persisted) count();
  });

  count();
})();
